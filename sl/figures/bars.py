"""Bars side by side for each class; for many classes, where bars could not be told apart, lines over sorted classes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import matplotlib.patheffects as effects
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.typing import ColorType

from sl.comparison import RunGroup, Series
from sl.comparison.titles import named_loss
from sl.figures.style import INK, class_colours, loss_colour, short, tint
from sl.record import STAGES, Run
from sl.record.run import Array

MOST_BARS = 10
MOST_LETTERS = 130  # that fit side by side below a panel
Form = Callable[[float], str]
STRENGTHS: dict[str, float] = dict(zip(STAGES, (0.32, 0.62, 1.0), strict=True))


@dataclass(frozen=True)
class Bars:
    """One bar for each of K classes: values and standard deviations (K,), nan where there is none."""

    label: str
    mean: Array
    std: Array
    colours: Sequence[ColorType]  # K colours of the bars
    key: ColorType  # one colour: in the legend, and of the line for many classes

    def only(self, chosen: Sequence[int]) -> "Bars":
        """The bars of the `chosen` classes alone."""
        colours = [self.colours[index] for index in chosen]
        return replace(self, mean=self.mean[chosen], std=self.std[chosen], colours=colours)


def stage_groups(series: Series, value: Callable[[Run, str], Array]) -> list[Bars]:
    """Bars of `value(run, stage)` (K,) for every stage, in the colours of the classes, stronger for later stages."""
    groups = []
    for stage, strength in STRENGTHS.items():
        mean, std = series.mean(value, stage), series.std(value, stage)
        colours = [tint(colour, strength) for colour in class_colours(len(mean))]
        label = f"{stage} (epoch {series.runs[0].stages.of(stage)})"
        groups.append(Bars(label, mean, std, colours, tint(INK, strength)))
    return groups


def loss_groups(run_group: RunGroup, found: dict[str, Series], value: Callable[[Run], Array]) -> list[Bars]:
    """Bars of `value(run)` (K,), in percent, for each loss in its colour; the label adds parameters, n and mean."""
    groups = []
    for loss, series in found.items():
        mean, colour = series.mean(value), loss_colour(loss)
        title = named_loss(loss, run_group.variant(loss))
        label = f"{title}, n = {series.n}, mean of classes {np.nanmean(mean):.1f}"
        groups.append(Bars(label, mean, series.std(value), [colour] * len(mean), colour))
    return groups


def class_bars(axes: Axes, labels: Sequence[str], groups: Sequence[Bars], form: Form = "{:.0f}".format) -> None:
    """Draw the groups over the class `labels`, each bar with its value in `form`; more than MOST_BARS as lines."""
    if len(labels) > MOST_BARS:
        _sorted_lines(axes, groups)
        return
    width = 0.84 / len(groups)
    for place, group in enumerate(groups):
        x = np.arange(len(labels)) + (place - (len(groups) - 1) / 2) * width
        whiskers = np.nan_to_num(group.std)
        bars = axes.bar(x, group.mean, 0.94 * width, color=group.colours, label=group.label)
        if whiskers.any():
            bars.errorbar = axes.errorbar(x, group.mean, whiskers, fmt="none", ecolor=INK, elinewidth=0.8, capsize=1.5)
            for part in bars.errorbar.get_children():  # a white edge: whiskers are seen on dark bars too
                part.set_path_effects([effects.withStroke(linewidth=2, foreground="white")])
        axes.bar_label(bars, fmt=form, padding=1.5, fontsize=6.5)  # beyond the whiskers of `bars.errorbar`
    names = ["\n".join(map(short, label.split("\n"))) for label in labels]
    longest = max(len(line) for name in names for line in name.split("\n"))
    axes.set_xticks(range(len(names)), names)
    if len(names) * longest > MOST_LETTERS:
        for text in axes.get_xticklabels():
            text.set(rotation=18, ha="right")
    axes.tick_params(axis="x", length=0, labelsize=8)
    axes.grid(False, axis="x")
    axes.set_xlim(-0.6, len(labels) - 0.4)


def _sorted_lines(axes: Axes, groups: Sequence[Bars]) -> None:
    order = np.argsort(-groups[-1].mean, kind="stable")
    for group in groups:
        axes.step(range(len(order)), group.mean[order], where="mid", color=group.key, lw=1.2, label=group.label)
    name = groups[-1].label.partition(" (")[0]  # without parameters, epoch or number of runs, which the legend says
    axes.set(xlabel=f"rank of the class by: {name}", xlim=(0, len(order) - 1))


def whiskers_of(labels: Sequence[str]) -> str:
    """What shows the standard deviation, for the footer: whiskers; empty for many classes, whose lines show none."""
    return "Whiskers" if len(labels) <= MOST_BARS else ""


def key(axes: Axes, groups: Sequence[Bars]) -> None:
    """A legend of the groups, in their key colours, above the panel on the right."""
    patches = [Patch(color=group.key, label=group.label) for group in groups]
    legend = axes.legend(handles=patches, ncols=len(groups), fontsize=8, handlelength=1.2, loc="lower right")
    legend.set_bbox_to_anchor((1, 0.94))
