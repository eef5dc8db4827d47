"""Boosting existing methods: each as it is and with SL in place of its cross entropy, after the last epoch."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sl.figures.bars import Group, class_bars, key
from sl.figures.panels import footer, panels
from sl.figures.style import FAINT, loss_colour
from sl.record import Noise, Run, Series, Sheet, paired_difference
from sl.record.words import loss_title

PAIRS = {"lsr": "lsr_sl", "bootstrap_hard": "bootstrap_sl", "forward": "forward_sl", "d2l": "d2l_sl"}


def draw(sheet: Sheet) -> Figure | None:
    """A row for each noise setting that a method with SL ran under: accuracy, and the gain; None without any."""
    noises = [noise for noise in sheet.noises if any(sheet.series(boosted, noise) for boosted in PAIRS.values())]
    if not noises:
        return None
    figure, axes = panels("Existing methods, and with SL in place of their cross entropy", len(noises), 2, 2.6)
    drawn: list[Run] = []
    for row, noise in enumerate(noises):
        plain = [sheet.series(method, noise) for method in PAIRS]
        boosted = [sheet.series(method, noise) for method in PAIRS.values()]
        _accuracy(axes[2 * row], noise, plain, boosted)
        _gain(axes[2 * row + 1], plain, boosted)
        drawn += [run for series in (*plain, *boosted) if series for run in series.runs]
    return footer(figure, drawn, "Gain: with SL minus without, over the seeds that both ran.", "Whiskers")


def last(run: Run) -> float:
    """Test accuracy after the last epoch, in percent."""
    return 100 * run.last()


def _names() -> list[str]:
    return [loss_title(method).replace(" (", "\n(") for method in PAIRS]


def _accuracy(axes: Axes, noise: Noise, plain: list[Series | None], boosted: list[Series | None]) -> None:
    """Two bars for each method."""
    groups = [_group("as it is", plain, FAINT), _group("with SL", boosted, loss_colour("sl"))]
    axes.set(title=noise.words, ylim=(0, 113), yticks=range(0, 101, 20), ylabel="test accuracy (%)")
    class_bars(axes, _names(), groups, "{:.1f}")
    key(axes, groups)
    for place, pair in enumerate(zip(plain, boosted, strict=True)):
        for side, series in zip((-0.21, 0.21), pair, strict=True):
            if series is None:
                axes.text(place + side, 3, "no run yet", rotation=90, ha="center", fontsize=7, color=FAINT)


def _group(label: str, found: list[Series | None], colour: str) -> Group:
    mean = np.array([series.mean(last) if series else np.nan for series in found])
    std = np.array([series.std(last) if series else np.nan for series in found])
    return Group(label, mean, std, [colour] * len(found), colour)


def _gain(axes: Axes, plain: list[Series | None], boosted: list[Series | None]) -> None:
    """What SL adds to each method, paired by seed; no bar where no seed ran both."""
    both = zip(plain, boosted, strict=True)
    gains = [paired_difference(first, second, last) if first and second else np.empty(0) for first, second in both]
    mean = np.array([gain.mean() if gain.size else np.nan for gain in gains])
    std = np.array([gain.std(ddof=1) if gain.size > 1 else np.nan for gain in gains])
    labels = [f"{name}\nn = {gain.size}" for name, gain in zip(_names(), gains, strict=True)]
    colour = loss_colour("sl")
    class_bars(axes, labels, [Group("gain", mean, std, [colour] * len(gains), colour)], "{:+.1f}")
    axes.set(title="gain by SL", ylabel="percentage points")
    axes.axhline(0, color=FAINT, lw=0.8)
    axes.margins(y=0.2)
