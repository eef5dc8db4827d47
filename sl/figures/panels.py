"""The parts that figures share: the sheet of panels, its footer, panels without a run, labels beside lines."""

import textwrap
from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.optimize import isotonic_regression

from sl.figures.style import FAINT, INK, WIDTH
from sl.record import Noise, Run, Series, Sheet
from sl.record.run import Array
from sl.record.words import loss_title, origin, parameters, setting

FOOTER_LINE = 0.16  # inches
FOOTER_WIDTH = 152  # characters
TITLE_HEIGHT = 0.32


def panels(
    title: str, rows: int, columns: int, height: float, *, share_x: bool = False, share_y: bool = False
) -> tuple[Figure, list[Axes]]:
    """A figure of README width with `rows` x `columns` panels, each row `height` inches high."""
    figure = Figure(figsize=(WIDTH, rows * height + TITLE_HEIGHT), layout="constrained")
    figure.suptitle(title, x=0.008, ha="left", fontsize=11, fontweight="bold", color=INK)
    axes = figure.subplots(rows, columns, squeeze=False, sharex=share_x, sharey=share_y)
    return figure, list(axes.flat)


def footer(figure: Figure, runs: Iterable[Run], note: str = "", spread: str = "") -> Figure:
    """Add below the panels what was drawn, at which scale, and where it comes from; returns the figure.

    `spread` names what shows the standard deviation: bands or whiskers.
    """
    runs = list(runs)
    several = len({run.seed for run in runs}) > 1
    deviation = f"{spread}: ± 1 standard deviation over seeds (divisor n − 1)." if spread and several else ""
    remarks = " ".join(part for part in (note, deviation) if part)
    text = [part for line in (remarks, setting(runs[0]), origin(runs)) for part in textwrap.wrap(line, FOOTER_WIDTH)]
    space = len(text) * FOOTER_LINE + 0.08
    width, height = figure.get_size_inches()
    figure.set_size_inches(width, height + space)
    share = space / (height + space)
    figure.set_layout_engine("constrained", rect=(0, share, 0.995, 1 - share))
    figure.text(
        0.008, 0.06 / (height + space), "\n".join(text), fontsize=7.5, color=FAINT, va="bottom", linespacing=1.3
    )
    return figure


def series_title(sheet: Sheet, loss: str, noise: Noise, series: Series | None) -> str:
    """Loss with its parameters, noise and number of runs."""
    chosen = parameters(sheet.variant(loss))
    name = f"{loss_title(loss)} ({chosen})" if chosen else loss_title(loss)
    return f"{name}, {noise.words}" + (f", n = {series.n}" if series else "")


def empty(axes: Axes, pending: Sequence[Run] = (), text: str = "no run recorded yet") -> None:
    """Say on a panel that nothing is recorded for it; a run that has begun is named, never drawn."""
    if pending:
        run = max(pending, key=lambda run: len(run.epochs))
        text = f"no finished run yet\n(begun: epoch {len(run.epochs)} of {run.scale['epochs']})"
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=FAINT, fontsize=10)
    axes.grid(False)
    axes.tick_params(length=0, labelcolor="none")


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


def label_ends(axes: Axes, ends: Sequence[float], labels: Sequence[str], colours: Sequence[str], gap: float) -> None:
    """Name each line at its right end, with a leader in its colour; `ends` and `gap` in units of the y axis."""
    low, high = axes.get_ylim()
    place = axes.get_yaxis_transform()
    for end, height, label, colour in zip(ends, spread_labels(ends, gap, low, high), labels, colours, strict=True):
        axes.plot([1, 1.05, 1.07], [end, height, height], transform=place, color=colour, lw=1.4, clip_on=False)
        axes.text(1.08, height, label, transform=place, va="center", fontsize=7.5, color=INK)
