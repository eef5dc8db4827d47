"""CE against SL, class by class, after the last epoch (the paper shows it at 60 % symmetric noise)."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sl.figures.bars import Group, class_bars, key
from sl.figures.panels import empty, footer, panels
from sl.figures.style import class_colour, loss_colour, tint
from sl.record import Noise, Run, Series, Sheet, paired_difference
from sl.record.run import Array
from sl.record.words import loss_title, parameters

RATES = (0.6, 0.4)


def final(run: Run) -> Array:
    """Class-wise test accuracy (K,) after the last epoch, in percent."""
    return 100 * run.class_curve()[-1]


def draw(sheet: Sheet) -> Figure | None:
    """Accuracy of each class under both losses and SL's gain, at 60 %, else at 40 %; None without both losses."""
    for rate in RATES:
        noise = Noise("symmetric", rate)
        ce, sl = sheet.series("ce", noise), sheet.series("sl", noise)
        if ce and sl:
            break
    else:
        return None
    figure, axes = panels(f"CE against SL class by class, {noise.words}, last epoch", 2, 1, 2.4)
    _both(axes[0], sheet, {"ce": ce, "sl": sl})
    _gain(axes[1], sheet, paired_difference(ce, sl, final))
    note = "" if rate == RATES[0] else "The paper compares at 60 %; no finished runs of both losses there yet."
    return footer(figure, (*ce.runs, *sl.runs), note, "Whiskers")


def _both(axes: Axes, sheet: Sheet, found: dict[str, Series]) -> None:
    labels, groups = sheet.head.class_labels, []
    for loss, series in found.items():
        chosen = parameters(sheet.variant(loss))
        name = f"{loss_title(loss)} ({chosen})" if chosen else loss_title(loss)
        label = f"{name}, n = {series.n}, mean of classes {series.mean(final).mean():.1f}"
        colour = loss_colour(loss)
        groups.append(Group(label, series.mean(final), series.std(final), [colour] * len(labels), colour))
    axes.set(ylim=(0, 113), ylabel="test accuracy (%)", title="(a) each class")
    axes.set_yticks(range(0, 101, 20))
    class_bars(axes, labels, groups)
    key(axes, groups)


def _gain(axes: Axes, sheet: Sheet, gains: Array) -> None:
    labels, n = sheet.head.class_labels, len(gains)
    axes.set(ylabel="SL minus CE (points)", title=f"(b) gain by SL, paired by seed, n = {n}")
    if n == 0:
        empty(axes)
        return
    colours = [class_colour(index, len(labels)) for index in range(len(labels))]
    std = gains.std(axis=0, ddof=1) if n > 1 else np.full(len(labels), np.nan)
    class_bars(axes, labels, [Group("SL minus CE", gains.mean(axis=0), std, colours, tint("#000000", 0.6))], "{:+.0f}")
    axes.axhline(0, color="#222222", lw=0.8)
    axes.margins(y=0.15)
