"""The parts that figures share: the sheet of panels, its footer, the title of a panel."""

import re
import textwrap
from collections.abc import Collection, Iterable

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sl.comparison import RunGroup, Series
from sl.comparison.titles import named_loss, origin, setting
from sl.figures.style import DPI, FAINT, INK, WIDTH
from sl.paper import USUAL_RECIPE
from sl.record import Noise, Run
from sl.record.shown import dataset_title
from sl.scale import least_scale, scale_badge

FOOTER_LINE = 0.16  # inches
FOOTER_WIDTH = 152  # characters
NO_BREAK = "\N{NO-BREAK SPACE}"
TITLE_HEIGHT, TITLE_LINE = 0.32, 0.17
TITLE_WIDTH = 92  # characters


def panels(title: str, count: int, columns: int, height: float, *, share_y: bool = False) -> tuple[Figure, list[Axes]]:
    """A figure of README width with `count` panels in at most `columns` columns, each row `height` inches high.

    Its resolution is that of the saved file: at another, letters are wider by parts of a pixel and reach the margin.
    """
    columns = min(count, columns)
    rows = -(-count // columns)
    figure = Figure(figsize=(WIDTH, rows * height + TITLE_HEIGHT), layout="constrained", dpi=DPI)
    _set_title(figure, title)
    axes = figure.subplots(rows, columns, squeeze=False, sharey=share_y)
    for spare in axes.flat[count:]:
        spare.remove()
    return figure, list(axes.flat[:count])


def _set_title(figure: Figure, title: str) -> None:
    figure.suptitle(title, x=0.008, ha="left", fontsize=11, fontweight="bold", color=INK)


def _title_lines(title: str, run: Run) -> list[str]:
    """The title with the run's data set, scale and recipe (if not the authors'), on two lines if need be."""
    place = f"{dataset_title(run.name('dataset'))}, {scale_badge(run)}"
    if run.name("recipe") != USUAL_RECIPE:
        place += f", recipe {run.name('recipe')}"
    whole = f"{title} · {place}"
    return [whole] if len(whole) <= TITLE_WIDTH else [*textwrap.wrap(title, TITLE_WIDTH), place]


def footer(
    figure: Figure, runs: Iterable[Run], note: str = "", spread: str = "", varied: Collection[str] = ()
) -> Figure:
    """State what was drawn: data set and scale in the title, the runs and their origin below the panels.

    `spread` names what shows the standard deviation, bands or whiskers; `varied` are the options in which the runs
    differ. Returns the figure.
    """
    runs = list(runs)
    head = least_scale(runs)
    title = _title_lines(figure.get_suptitle(), head)
    _set_title(figure, "\n".join(title))
    several = len({run.seed for run in runs}) > 1
    deviation = f"{spread}: ± 1 standard deviation over seeds (divisor n − 1)." if spread and several else ""
    remarks = " ".join(part for part in (*note.split(), deviation) if part)
    lines = (remarks, setting(head, varied), origin(runs))
    text = [part for line in lines for part in wrapped(line)]
    space = len(text) * FOOTER_LINE + 0.08
    width, height = figure.get_size_inches()
    height += (len(title) - 1) * TITLE_LINE
    figure.set_size_inches(width, height + space)
    share = space / (height + space)
    figure.set_layout_engine("constrained", rect=(0.005, share, 0.99, 1 - share))
    figure.text(
        0.008, 0.06 / (height + space), "\n".join(text), fontsize=7.5, color=FAINT, va="bottom", linespacing=1.3
    )
    return figure


def wrapped(text: str) -> list[str]:
    """`text` in lines of at most FOOTER_WIDTH characters; a number stays beside its sign or unit, as in `n − 1`."""
    bound = re.sub(r" (?=[=−%×])|(?<=[=±−×]) ", NO_BREAK, text)
    return [line.replace(NO_BREAK, " ") for line in textwrap.wrap(bound, FOOTER_WIDTH)]


def series_title(group: RunGroup, loss: str, noise: Noise, series: Series) -> str:
    """Loss with its parameters, noise and number of runs."""
    return f"{named_loss(loss, group.variant(loss))}, {noise.title}, n = {series.n}"


def lettered(place: int, title: str) -> str:
    """`(a) title` for the first panel."""
    return f"({chr(ord('a') + place)}) {title}"
