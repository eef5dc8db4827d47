"""CE against SL, class by class, after the last epoch (the paper shows it at 60 % symmetric noise)."""

from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sl.comparison import RunGroup, Series, paired_difference
from sl.comparison.pairs import refusals
from sl.figures.bars import Bars, class_bars, key, loss_groups, sorted_by, whiskers_of
from sl.figures.cells import PAIR, compared_noises
from sl.figures.panels import footer, lettered, panels
from sl.figures.style import FAINT, INK, class_colours
from sl.numbers import signed
from sl.record import Run
from sl.record.run import Array


def draw(group: RunGroup) -> Figure | None:
    """Each class's accuracy with both losses, and SL's gain, for the `compared_noises` that both ran under.

    None if there is no such noise.
    """
    rows = [
        (noise, ce, sl)
        for noise in compared_noises(group)
        if (ce := group.series(PAIR[0], noise)) and (sl := group.series(PAIR[1], noise))
    ]
    if not rows:
        return None
    figure, axes = panels("CE against SL class by class, last epoch", 2 * len(rows), 1, 2.0)
    reasons = list[str]()
    for place, (noise, ce, sl) in enumerate(rows):
        accuracy, gain = axes[2 * place : 2 * place + 2]
        accuracy.set_title(lettered(2 * place, noise.title))
        _both(accuracy, group, {"ce": ce, "sl": sl})
        gains, refused = paired_difference(ce, sl, Run.class_percent)
        reasons += refused
        gain.set_title(lettered(2 * place + 1, f"gain from SL, {noise.title}, paired by seed, n = {len(gains)}"))
        _gain(gain, group, gains)
    members = [run for _, ce, sl in rows for run in (*ce.runs, *sl.runs)]
    labels = group.head.class_labels
    return footer(figure, members, f"{sorted_by(labels)} {refusals(reasons)}", whiskers_of(labels))


def _both(axes: Axes, group: RunGroup, found: dict[str, Series]) -> None:
    groups = loss_groups(group, found, Run.class_percent)
    axes.set(ylim=(0, 113), yticks=range(0, 101, 20), ylabel="test accuracy (%)")
    class_bars(axes, group.head.class_labels, groups, what="class")
    key(axes, groups)


def _gain(axes: Axes, group: RunGroup, gains: Array) -> None:
    labels, n = group.head.class_labels, len(gains)
    colours = class_colours(len(labels))
    mean = gains.mean(axis=0) if n else np.full(len(labels), np.nan)
    std = gains.std(axis=0, ddof=1) if n > 1 else np.full(len(labels), np.nan)
    bars = Bars("SL minus CE", mean, std, colours, FAINT)
    class_bars(axes, labels, [bars], partial(signed, decimals=1), "class")  # with 0 decimals -0.4 would be +0
    axes.set_ylabel("SL minus CE (points)")
    axes.axhline(0, color=INK, lw=0.8)
    axes.margins(y=0.15)
