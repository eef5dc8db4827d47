"""Lines by epoch with bands of one standard deviation over seeds, each named beside its right end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from scipy.optimize import isotonic_regression

from sl.comparison import Series
from sl.figures.style import FAINT, INK
from sl.record import Run
from sl.record.run import Array


@dataclass(frozen=True, eq=False)
class Line:
    """A name, mean and standard deviation over seeds (nan for one seed) at every epoch, (E,), and the look."""

    name: str
    colour: str
    mean: Array
    std: Array
    style: str = "-"
    width: float = 1.6

    @classmethod
    def of(
        cls, series: Series, value: Callable[[Run], Array], name: str, colour: str, style: str = "-", average: int = 1
    ) -> "Line":
        """The line of a share `value(run)` (E,), in percent: mean and deviation over the runs, each of which is first
        smoothed over `average` epochs."""

        def smoothed(run: Run) -> Array:
            return smooth(100 * value(run), average)

        return cls(name, colour, series.mean(smoothed), series.std(smoothed), style)


def window(epochs: int) -> int:
    """How many epochs a smoothed line averages: about a tenth of the run, an odd number."""
    return (epochs // 10) | 1


def smooth(values: Array, epochs: int) -> Array:
    """Centred mean over `epochs` (odd) values; near the ends over fewer, so that the first and last value stay.

    >>> smooth(np.array([1.0, 5.0, 3.0]), 3).tolist()
    [1.0, 3.0, 3.0]
    """
    reach = [min(epochs // 2, place, len(values) - 1 - place) for place in range(len(values))]
    return np.array([values[place - far : place + far + 1].mean() for place, far in enumerate(reach)])


def epoch_lines(axes: Axes, lines: Sequence[Line]) -> None:
    """Draw the lines and their bands; narrow panels name as many epochs as wide ones."""
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10], integer=True))
    for line in lines:
        mean, std = line.mean, line.std
        epochs = np.arange(1, len(mean) + 1)
        axes.plot(epochs, mean, color=line.colour, lw=line.width, ls=line.style, label=line.name)
        if not np.isnan(std).all():
            axes.fill_between(epochs, mean - std, mean + std, color=line.colour, alpha=0.15, lw=0)
        axes.set(xlim=(1, max(2, len(epochs))), xlabel="epoch")


def label_ends(axes: Axes, lines: Sequence[Line], gap: float) -> None:
    """Write each line's name beside its end, after a sample of the line; names are `gap` apart or more, in y units.

    A thin dotted grey line leads from each end to its name; it cannot be read as data.
    """
    place, (low, high) = axes.get_yaxis_transform(), axes.get_ylim()
    ends = [float(line.mean[-1]) for line in lines]
    heights = spread_labels(ends, gap, low, high - gap / 2)  # a name at the very top would stand in the panel's title
    for line, end, height in zip(lines, ends, heights, strict=True):
        axes.plot([1.005, 1.045], [end, height], transform=place, color=FAINT, lw=0.6, ls=":", clip_on=False)
        sample: dict[str, Any] = {"color": line.colour, "lw": line.width, "ls": line.style, "solid_capstyle": "butt"}
        axes.plot([1.05, 1.13], [height, height], transform=place, clip_on=False, **sample)
        axes.text(1.15, height, line.name, transform=place, va="center", fontsize=7.5, color=INK)


def spread_labels(heights: Sequence[float], gap: float, low: float, high: float) -> Array:
    """Heights moved as little as possible (least squares) so that neighbours are `gap` apart, within [low, high].

    >>> spread_labels([50, 50, 90], 10, 0, 100).tolist()
    [45.0, 55.0, 90.0]
    """
    order = np.argsort(heights, kind="stable")
    steps = gap * np.arange(len(order))
    moved = isotonic_regression(np.asarray(heights, dtype=np.float64)[order] - steps).x
    placed = np.empty(len(order))
    placed[order] = np.clip(moved, low, max(low, high - gap * (len(order) - 1))) + steps
    return placed
