"""The paper's Fig. 1: test accuracy of each class by epoch, a panel for each loss; and the spread between classes."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sl.comparison import RunGroup, Series
from sl.figures.cells import LossAndNoise, lacking, runs_of, usual_noise, with_clean
from sl.figures.lines import Line, epoch_lines, label_ends, smooth, window
from sl.figures.panels import footer, lettered, panels, series_title
from sl.figures.style import CLASS_COLOURS, INK, class_colour, loss_colour, short
from sl.numbers import fixed, signed
from sl.record import CLEAN, Run
from sl.record.shown import loss_title

TITLE = "Class-wise test accuracy by epoch"
LOSSES = ("ce", "lsr", "gce", "sl")
MOST_LABELS = 10
LABEL_GAP = 6.2  # percentage points on the y axis
UNNAMED = "#cccccc"


def draw(group: RunGroup) -> Figure | None:
    """A panel of class-wise test accuracy for each loss and one of best minus worst class; None without a run."""
    found = with_clean(group, LOSSES)
    if not found:
        return None
    figure, axes = panels(TITLE, len(found) + 1, 2, 2.75)
    colours = named_classes(found.values())
    for place, ((loss, noise), series) in enumerate(found.items()):
        axes[place].set_title(lettered(place, series_title(group, loss, noise, series)))
        accuracy_panel(axes[place], series, colours)
    axes[-1].set_title(lettered(len(found), f"best minus worst class, {usual_noise(group).title}"))
    spread_panel(axes[-1], found)
    note = explanation(group, lacking(group, found, LOSSES))
    return footer(figure, runs_of(found.values()), note, "Band")


def explanation(group: RunGroup, missing: str = "") -> str:
    """The text below the figure: what the panels of class-wise accuracy show, then the sentence `missing`."""
    average = window(group.head.scale.epochs)
    parts = ["Beside each class: mean ± 1 standard deviation after the last epoch. Dashed: mean of the classes."]
    if average > 1:
        ends = "over fewer near the ends: the last point is one epoch"
        parts.append(f"Curves are centred means over {average} epochs, {ends}.")
    parts.append(missing)
    if len(group.head.class_names) > MOST_LABELS:
        parts.append("In colour: the three best and the three worst classes after the last epoch, by the panels' mean.")
    return " ".join(filter(None, parts))


def named_classes(found: Iterable[Series]) -> dict[int, str]:
    """The classes named in every panel, by number, with their colours: all if they are few, else the three best and the
    three worst after the last epoch, by the mean over the series.

    A class without test images has no curve and is none of them.
    """
    last = np.mean([series.mean(Run.class_curve)[-1] for series in found], axis=0)
    order = [index for index in np.argsort(last).tolist() if not np.isnan(last[index])]
    if len(last) <= MOST_LABELS:
        return {index: class_colour(index, len(last)) for index in sorted(order)}
    return dict(zip([*order[:3], *order[-3:]], CLASS_COLOURS, strict=False))


def accuracy_panel(axes: Axes, series: Series, colours: dict[int, str], over: Series | None = None) -> None:
    """One line for each class, in percent, and the mean of the classes. `colours` are those of `named_classes`.

    Each class name is followed by the last value and, with `over`, by the gain over those runs in points.
    """
    axes.set(ylim=(0, 101), yticks=range(0, 101, 20), ylabel="test accuracy (%)")
    mean, std = 100 * series.mean(Run.class_curve), 100 * series.std(Run.class_curve)
    labels, nothing = series.runs[0].class_labels, np.full(len(mean), np.nan)
    names = [_ending(label, mean[-1, index], std[-1, index]) for index, label in enumerate(labels)]
    if over:
        gains = mean[-1] - 100 * over.mean(Run.class_curve)[-1]
        names = [f"{name} ({signed(gain, 0)})" for name, gain in zip(names, gains, strict=True)]
    average = window(len(mean))
    curves = [smooth(mean[:, index], average) for index in range(len(names))]
    lines = [Line(name, colours.get(index, UNNAMED), curves[index], nothing) for index, name in enumerate(names)]
    unnamed = [replace(line, width=0.6) for index, line in enumerate(lines) if index not in colours]
    named = [lines[index] for index in colours]
    overall = Line("mean of the classes", INK, smooth(np.nanmean(mean, axis=1), average), nothing, "--")
    epoch_lines(axes, [*unnamed, *named, overall])
    label_ends(axes, named, LABEL_GAP)


def _ending(label: str, mean: float, std: float) -> str:
    """Class and its last value, such as `3 cat: 44 ± 2`."""
    return f"{short(label)}: {fixed(mean, 0)}" + ("" if np.isnan(std) else f" ± {fixed(std, 0)}")


def spread_panel(axes: Axes, found: dict[LossAndNoise, Series]) -> None:
    """Best minus worst class at every epoch, one line for each loss and noise."""
    average = window(len(next(iter(found.values())).runs[0].epochs))
    lines = [
        Line.of(series, Run.spread, _name(cell), loss_colour(cell[0]), ":" if cell[1] == CLEAN else "-", average)
        for cell, series in found.items()
    ]
    epoch_lines(axes, lines)
    axes.set(ylim=(0, min(101, axes.get_ylim()[1])), ylabel="spread (percentage points)")
    label_ends(axes, lines, 0.07 * axes.get_ylim()[1])


def _name(cell: LossAndNoise) -> str:
    loss, noise = cell
    return loss_title(loss) + (" clean" if noise == CLEAN else "")
