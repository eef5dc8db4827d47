"""The parts that figures share: the sheet of panels, its footer, the title of a panel."""

import textwrap
from collections.abc import Iterable

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sl.figures.style import FAINT, INK, WIDTH
from sl.record import Noise, Run, RunGroup, Series
from sl.record.titles import named_loss, origin, setting

FOOTER_LINE = 0.16  # inches
FOOTER_WIDTH = 152  # characters
TITLE_HEIGHT = 0.32


def panels(title: str, count: int, columns: int, height: float, *, share_y: bool = False) -> tuple[Figure, list[Axes]]:
    """A figure of README width with `count` panels in at most `columns` columns, each row `height` inches high."""
    columns = min(count, columns)
    rows = -(-count // columns)
    figure = Figure(figsize=(WIDTH, rows * height + TITLE_HEIGHT), layout="constrained")
    figure.suptitle(title, x=0.008, ha="left", fontsize=11, fontweight="bold", color=INK)
    axes = figure.subplots(rows, columns, squeeze=False, sharey=share_y)
    for spare in axes.flat[count:]:
        spare.remove()
    return figure, list(axes.flat[:count])


def footer(figure: Figure, runs: Iterable[Run], note: str = "", spread: str = "") -> Figure:
    """Add a footer below the panels: the runs drawn, their scale and origin; returns the figure.

    `spread` names what shows the standard deviation: bands or whiskers.
    """
    runs = list(runs)
    several = len({run.seed for run in runs}) > 1
    deviation = f"{spread}: ± 1 standard deviation over seeds (divisor n − 1)." if spread and several else ""
    remarks = " ".join(part for part in (note.strip(), deviation) if part)
    text = [part for line in (remarks, setting(runs[0]), origin(runs)) for part in textwrap.wrap(line, FOOTER_WIDTH)]
    space = len(text) * FOOTER_LINE + 0.08
    width, height = figure.get_size_inches()
    figure.set_size_inches(width, height + space)
    share = space / (height + space)
    figure.set_layout_engine("constrained", rect=(0.005, share, 0.99, 1 - share))
    figure.text(
        0.008, 0.06 / (height + space), "\n".join(text), fontsize=7.5, color=FAINT, va="bottom", linespacing=1.3
    )
    return figure


def series_title(group: RunGroup, loss: str, noise: Noise, series: Series) -> str:
    """Loss with its parameters, noise and number of runs."""
    return f"{named_loss(loss, group.variant(loss))}, {noise.title}, n = {series.n}"


def lettered(place: int, title: str) -> str:
    """`(a) title` for the first panel."""
    return f"({chr(ord('a') + place)}) {title}"
