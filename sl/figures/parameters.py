"""Parameter analysis: SL's accuracy against alpha, beta and A, and against beta * (-A), by which beta and A act."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

from sl.comparison import RunGroup, Series
from sl.comparison.titles import parameters
from sl.config.stated import distance
from sl.figures.matrices import heat_map
from sl.figures.panels import footer, lettered, panels
from sl.figures.style import INK, loss_colour
from sl.numbers import ends
from sl.record import CLEAN, Noise, Run

AXES = {"alpha": "α", "beta": "β", "log_zero": "−A"}
OF_SL, OF_RCE = loss_colour("sl"), loss_colour("rce")
VARIED_LINES = (  # what is varied, its name, marker, colour and line
    ({"beta"}, "β varied", "o", OF_SL, "-"),
    ({"log_zero"}, "A varied", "s", OF_RCE, "-"),
    ({"beta", "log_zero"}, "both varied", "D", INK, ""),
)


@dataclass(frozen=True, eq=False)
class SlPoint:
    """One choice of alpha, beta and A (`log_zero`), by name, and the runs with it."""

    values: dict[str, float]
    series: Series

    def place(self, name: str) -> float:
        """Where the point stands on the axis of a parameter: A is negative, its axis shows -A."""
        return -self.values[name] if name == "log_zero" else self.values[name]

    @property
    def mean(self) -> float:
        """Test accuracy after the last epoch in percent, mean over seeds."""
        return 100 * float(self.series.mean(Run.last))

    @property
    def product(self) -> float:
        """beta * (-A)."""
        return self.place("beta") * self.place("log_zero")

    def differs(self, base: "SlPoint") -> set[str]:
        """The parameters in which the point differs from `base`."""
        return {name for name in AXES if self.values[name] != base.values[name]}


def sweep(group: RunGroup) -> tuple[Noise, SlPoint | None, list[SlPoint]]:
    """The noise with most choices of SL's parameters, the point closest to the page's parameters, and all points.

    Points with a parameter at 0 are left out, because they lack a term: see the ablation.
    """
    noise = max(group.noises, key=lambda noise: len(group.weighted_variants("sl", noise)), default=CLEAN)
    points = [SlPoint(values, series) for values, series in group.weighted_variants("sl", noise)]
    points = [point for point in points if all(point.place(name) > 0 for name in AXES)]
    stands = group.variant("sl") or {}
    return noise, min(points, key=lambda point: distance(point.values, stands), default=None), points


def draw(group: RunGroup) -> Figure | None:
    """Last-epoch accuracy against each parameter that is varied alone, against beta * (-A), and over alpha and beta.

    None where no parameter is varied.
    """
    noise, base, points = sweep(group)
    if base is None:
        return None
    chosen = _drawings(base, points)
    if not chosen:
        return None
    several = any(len(point.differs(base)) > 1 for point in points)
    varied = "one or more are varied" if several else "one is varied"
    title = f"SL by its parameters, {noise.title}; from {parameters(base.values)}, {varied}"
    figure, axes = panels(title, len(chosen), 2, 2.5)
    ce = group.series("ce", noise)
    for place, (panel, (name, drawing)) in enumerate(zip(axes, chosen.items(), strict=True)):
        panel.set_title(lettered(place, name) if len(chosen) > 1 else name)
        drawing(panel)
        if panel.images:
            continue
        panel.set_ylabel("test accuracy,\nlast epoch (%)")
        panel.sharey(axes[0])
        if ce:
            _level_of_ce(panel, ce)
    members = [run for point in points for run in point.series.runs]
    note = _note(base, points) + " The axis does not begin at 0." * _begins_above_zero(axes)
    return footer(figure, (*members, *(ce.runs if ce else ())), note, "Whiskers, CE's band" if ce else "Whiskers")


def _drawings(base: SlPoint, points: Sequence[SlPoint]) -> dict[str, Callable[[Axes], None]]:
    """The functions that draw the panels for which there are points, by title."""
    found: dict[str, Callable[[Axes], None]] = {}
    varied = [point.differs(base) for point in points]
    for name, symbol in AXES.items():
        if {name} in varied:
            found[f"{symbol} varied"] = partial(_one, base=base, points=points, name=name)
    if {"beta"} in varied and {"log_zero"} in varied:
        found["β · (−A)"] = partial(_product, base=base, points=points)
    if {"alpha", "beta"} in varied:
        found["α and β varied: test accuracy, last epoch (%)"] = partial(_grid, base=base, points=points)
    return found


def _one(axes: Axes, base: SlPoint, points: Sequence[SlPoint], name: str) -> None:
    """The points that differ from the base in the parameter `name` alone, and the base, ringed."""
    members = sorted((point for point in points if point.differs(base) <= {name}), key=lambda point: point.place(name))
    places = [point.place(name) for point in members]
    _draw(axes, places, members, "o", OF_SL, "-", "SL")
    axes.plot(base.place(name), base.mean, "o", ms=10, mfc="none", mec=INK)
    axes.set_xticks(places, [f"{place:.3g}" for place in places])
    axes.set_xlabel(f"{AXES[name]} (log scale)")


def _grid(axes: Axes, base: SlPoint, points: Sequence[SlPoint]) -> None:
    """Mean accuracy over alpha and beta at the base's A, as a heat map; grey where nothing ran."""
    members = [point for point in points if point.differs(base) <= {"alpha", "beta"}]
    heat_map(axes, {(point.values["alpha"], point.values["beta"]): point.mean for point in members})
    axes.set(xlabel="β", ylabel="α")


def _product(axes: Axes, base: SlPoint, points: Sequence[SlPoint]) -> None:
    """The points that differ from the base in beta, in A or in both; the base belongs to each line."""
    for varied, label, marker, colour, line in VARIED_LINES:
        members = [point for point in points if point.differs(base) == varied]
        if members and line:
            members = sorted([*members, base], key=lambda point: point.product)
        _draw(axes, [point.product for point in members], members, marker, colour, line, label)
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.set_xlabel("β · (−A) (log scale)")
    spacing = {"handlelength": 1.2, "columnspacing": 1.0, "borderaxespad": 0.0}
    axes.legend(loc="lower right", ncols=len(VARIED_LINES), fontsize=8, **spacing).set_bbox_to_anchor((1, 1))


def _level_of_ce(axes: Axes, ce: Series) -> None:
    """A dashed line across the panel with a band of one standard deviation, named beside its right end."""
    level, spread = 100 * float(ce.mean(Run.last)), 100 * float(np.nan_to_num(ce.std(Run.last)))
    colour, beside = loss_colour("ce"), axes.get_yaxis_transform()
    axes.axhline(level, color=colour, lw=1.2, ls="--", label="CE", zorder=1)
    axes.axhspan(level - spread, level + spread, color=colour, alpha=0.15, lw=0, zorder=0)
    name = f"CE\nn = {ce.n}"
    axes.annotate(name, (1, level), (3, 0), xycoords=beside, textcoords="offset points", va="center", fontsize=7.5)


def _begins_above_zero(axes: Sequence[Axes]) -> bool:
    """Whether the axis of accuracy, which all panels but the heat map share, leaves out zero."""
    return any(not panel.images and panel.get_ylim()[0] > 0 for panel in axes)


def _draw(
    axes: Axes, places: Sequence[float], members: Sequence[SlPoint], marker: str, colour: str, line: str, label: str
) -> None:
    """Mean and standard deviation of every point, joined by `line`."""
    axes.set_xscale("log")
    axes.xaxis.set_minor_locator(NullLocator())
    if members:
        means = [point.mean for point in members]
        whiskers = [100 * np.nan_to_num(point.series.std(Run.last)) for point in members]
        fill = colour if line else "none"  # a hollow, larger marker does not hide the point of a line
        look: dict[str, Any] = {
            "fmt": f"{marker}{line}",
            "color": colour,
            "mfc": fill,
            "ms": 5 if line else 8,
            "lw": 1.5,
        }
        axes.errorbar(places, means, whiskers, capsize=2.5, label=label, **look)


def _note(base: SlPoint, points: Sequence[SlPoint]) -> str:
    runs = ends([point.series.n for point in points if point is not base])
    parts = [f"Each point: mean of n = {runs}. Ringed: the parameters of the other figures (n = {base.series.n})."]
    varied = [point.differs(base) for point in points]
    parts += ["RCE is linear in A, so A and β act as β · (−A)."] * any("log_zero" in names for names in varied)
    hidden = sum(not _has_panel(names) for names in varied)
    parts += [f"{hidden} more points differ in α and A together: the table has them."] * (hidden > 0)
    return " ".join(parts)


def _has_panel(differs: set[str]) -> bool:
    """Whether a panel shows a point that differs from the base in these parameters."""
    return len(differs) < 2 or "alpha" not in differs or differs == {"alpha", "beta"}
