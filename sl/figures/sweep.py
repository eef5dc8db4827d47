"""The picture of a sweep: a heat map over two parameters, or a curve over one."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from sl.comparison.sweeps import Point, Sweep
from sl.comparison.titles import numbers
from sl.figures.matrices import heat_map
from sl.figures.panels import footer, lettered, panels
from sl.figures.style import loss_colour
from sl.numbers import ends, plural
from sl.record import Run
from sl.record.identity import canonical_text

MOST_PANELS = 6


def draw(sweep: Sweep) -> Figure | None:
    """Test accuracy by the one or two numbers that vary most, a panel for each choice of the other options.

    None if no number varies.
    """
    of_points = [numbers(point.values) for point in sweep.points]
    axes = [key for key in sweep.varied if all(key in found for found in of_points)][:2]
    if not axes:
        return None
    slices = _slices(sweep, axes)[:MOST_PANELS]
    members = [point for _, points in slices for point in points]
    title = f"{sweep.loss_and_noise}: test accuracy after the last epoch (%) by {' and '.join(axes)}"
    figure, places = panels(title, len(slices), 2, 3.0)
    for number, (panel, (others, points)) in enumerate(zip(places, slices, strict=True)):
        choices = ", ".join(f"{key} {value}" for key, value in others.items())
        panel.set_title(lettered(number, choices) if choices else "")
        _heat(panel, points, axes) if len(axes) == 2 else _curve(panel, points, axes[0], sweep)
    left = len(sweep.points) - len(members)
    what, counts = "cell" if len(axes) == 2 else "point", ends([point.series.n for point in members])
    lost = sum(count for _, count in sweep.diverged)
    missing = [f"{left} more points: see the table."] * (left > 0) + [f"{plural(lost, 'run')} diverged."] * (lost > 0)
    note = " ".join([f"Each {what}: mean of n = {counts}.", *missing])
    drawn = [run for point in members for run in point.series.runs]
    return footer(figure, drawn, note, "" if len(axes) == 2 else "Bars", sweep.varied)


def _slices(sweep: Sweep, axes: Sequence[str]) -> list[tuple[dict[str, object], list[Point]]]:
    """The points grouped by the values of all options but the `axes`, with these values; largest group first."""
    found: dict[str, list[Point]] = {}
    others = [key for key in sweep.varied if key not in axes]
    for point in sweep.points:
        found.setdefault(canonical_text([point.values[key] for key in others]), []).append(point)
    ordered = sorted(found.values(), key=lambda points: -len(points))
    return [({key: points[0].values[key] for key in others}, points) for points in ordered]


def _heat(axes: Axes, points: Sequence[Point], keys: Sequence[str]) -> None:
    """Means as a picture, grey where nothing ran."""
    heat_map(axes, {(point.values[keys[0]], point.values[keys[1]]): point.accuracy.mean for point in points})
    axes.set(ylabel=keys[0], xlabel=keys[1])


def _curve(axes: Axes, points: Sequence[Point], key: str, sweep: Sweep) -> None:
    """Means with their standard deviations; a logarithmic axis where the values span a factor of ten."""
    places = [point.values[key] for point in points]
    means = [point.accuracy.mean for point in points]
    spread = [np.nan_to_num(point.series.std(Run.last_percent)) for point in points]
    axes.errorbar(places, means, spread, fmt="o-", color=loss_colour(sweep.head.name("loss")), ms=5, capsize=2.5)
    logarithmic = min(places) > 0 and max(places) >= 10 * min(places)
    if logarithmic:
        axes.set_xscale("log")
        axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(places, [f"{place:g}" for place in places])
    axes.set(xlabel=f"{key} (log scale)" if logarithmic else key, ylabel="test accuracy (%)")
