"""Bars side by side for each class; for many classes, where bars could not be told apart, lines over sorted classes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import matplotlib.patheffects as effects
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.typing import ColorType

from sl.comparison import RunGroup, Series
from sl.comparison.titles import named_loss
from sl.figures.style import INK, class_colours, loss_colour, short, tint
from sl.numbers import fixed
from sl.record import STAGES, Run
from sl.record.run import Array

MOST_BARS = 10
MOST_LETTERS = 130  # that fit side by side below a panel
Form = Callable[[float], str]
STRENGTHS: dict[str, float] = dict(zip(STAGES, (0.32, 0.62, 1.0), strict=True))
STYLES: dict[str, str] = dict(zip(STAGES, (":", "--", "-"), strict=True))


@dataclass(frozen=True)
class Bars:
    """One bar for each of K classes: values and standard deviations (K,), nan where there is none."""

    label: str
    mean: Array
    std: Array
    colours: Sequence[ColorType]  # K colours of the bars
    key: ColorType  # one colour: in the legend, and of the line for many classes
    edges: Sequence[ColorType] | None = None  # K colours of the bars' edges, if they have any
    style: str = "-"  # of the line for many classes

    def only(self, chosen: Sequence[int]) -> "Bars":
        """The bars of the `chosen` classes alone."""
        colours = [self.colours[index] for index in chosen]
        edges = self.edges and [self.edges[index] for index in chosen]
        return replace(self, mean=self.mean[chosen], std=self.std[chosen], colours=colours, edges=edges)


def stage_groups(series: Series, value: Callable[[Run, str], Array]) -> list[Bars]:
    """Bars of `value(run, stage)` (K,) for every stage, in the colours of the classes, stronger for later stages.

    Edges in the full colour keep the light bars of the early stage visible.
    """
    groups = []
    for stage, strength in STRENGTHS.items():
        mean, std = series.mean(value, stage), series.std(value, stage)
        edges = class_colours(len(mean))
        colours = [tint(colour, strength) for colour in edges]
        label = f"{stage} (epoch {series.runs[0].stages.of(stage)})"
        groups.append(Bars(label, mean, std, colours, tint(INK, strength), edges, STYLES[stage]))
    return groups


def loss_groups(run_group: RunGroup, found: dict[str, Series], value: Callable[[Run], Array]) -> list[Bars]:
    """Bars of `value(run)` (K,), in percent, for each loss in its colour; the label adds parameters, n and mean."""
    groups = []
    for loss, series in found.items():
        mean, colour = series.mean(value), loss_colour(loss)
        title = named_loss(loss, run_group.variant(loss))
        label = f"{title}, n = {series.n}, mean of classes {fixed(float(np.nanmean(mean)))}"
        groups.append(Bars(label, mean, series.std(value), [colour] * len(mean), colour))
    return groups


def whole(value: float) -> str:
    """A number without decimals."""
    return fixed(value, 0)


def class_bars(axes: Axes, labels: Sequence[str], groups: Sequence[Bars], form: Form = whole, what: str = "") -> None:
    """Draw the groups over the class `labels`, each bar with its value in `form`; more than MOST_BARS as lines.

    `what` names the axis of the classes, such as "true class".
    """
    if len(labels) > MOST_BARS:
        _sorted_lines(axes, groups, what)
        return
    axes.set_xlabel(what, fontsize=8)
    width = 0.84 / len(groups)
    for place, group in enumerate(groups):
        x = np.arange(len(labels)) + (place - (len(groups) - 1) / 2) * width
        whiskers = np.nan_to_num(group.std)
        look: dict[str, Any] = {
            "color": group.colours,
            "edgecolor": group.edges,
            "linewidth": 0.7 if group.edges else 0.0,
        }
        bars = axes.bar(x, group.mean, 0.94 * width, label=group.label, **look)
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


def _sorted_lines(axes: Axes, groups: Sequence[Bars], what: str) -> None:
    order = np.argsort(-groups[-1].mean, kind="stable")
    ranks = range(1, len(order) + 1)
    for group in groups:
        colour = group.key if group.style == "-" else INK  # light grey dashes cannot be seen
        values = group.mean[order]
        axes.step(ranks, values, where="mid", color=colour, ls=group.style, lw=1.2, label=group.label)
    name = groups[-1].label.partition(" (")[0]  # without parameters, epoch or number of runs, which the legend says
    axes.set(xlabel=f"rank of the {what}, sorted by: {name}", xlim=(1, len(order)))


def whiskers_of(labels: Sequence[str]) -> str:
    """What shows the standard deviation, for the footer: whiskers; empty for many classes, whose lines show none."""
    return "Whiskers" if len(labels) <= MOST_BARS else ""


def sorted_by(labels: Sequence[str]) -> str:
    """What lines over sorted classes do not show, for the footer; empty for few classes, which stand in their order."""
    return "" if len(labels) <= MOST_BARS else "Sorted by the values drawn: chance alone gives a falling line."


def key(axes: Axes, groups: Sequence[Bars]) -> None:
    """A legend of the groups, in their key colours or as lines, above the panel on the right."""
    patches = [Patch(color=group.key, label=group.label) for group in groups]
    handles, length = (patches, 1.2) if axes.patches else (axes.lines, 2.2)
    legend = axes.legend(handles=handles, ncols=len(groups), fontsize=8, handlelength=length, loc="lower right")
    legend.set_bbox_to_anchor((1, 0.94))
