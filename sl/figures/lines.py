"""Lines of a metric by epoch, each with a band of one standard deviation and its name at its end."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from sl.figures.panels import label_ends
from sl.record import Run, Series
from sl.record.run import Array


@dataclass(frozen=True, eq=False)
class Line:
    """What to draw, its name and how it looks; `style` is matplotlib's, such as "--"."""

    series: Series
    name: str
    colour: str
    style: str = "-"


def epoch_lines(axes: Axes, lines: Sequence[Line], metric: str, gap: float) -> None:
    """Draw a metric of the record's epoch lines in percent; names at the ends are `gap` points apart."""

    def percent(run: Run) -> Array:
        return 100 * run.curve(metric)

    ends = []
    for line in lines:
        mean, std = line.series.mean(percent), line.series.std(percent)
        epochs = np.arange(1, len(mean) + 1)
        axes.plot(epochs, mean, color=line.colour, lw=1.7, ls=line.style, label=line.name)
        if line.series.n > 1:
            axes.fill_between(epochs, mean - std, mean + std, color=line.colour, alpha=0.18, lw=0)
        axes.set_xlim(1, max(2, len(epochs)))
        ends.append(mean[-1])
    label_ends(axes, ends, [line.name for line in lines], [line.colour for line in lines], gap)
