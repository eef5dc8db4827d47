"""The paper's Fig. 1: test accuracy of each class by epoch, a panel for each loss; and the spread between classes."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sl.figures.panels import empty, footer, label_ends, panels, series_title
from sl.figures.style import INK, class_colour, loss_colour
from sl.record import CLEAN, Noise, Run, Series, Sheet
from sl.record.words import loss_title

NOISY = Noise("symmetric", 0.4)
PANELS = (("ce", CLEAN), ("ce", NOISY), ("lsr", NOISY), ("gce", NOISY), ("sl", NOISY))
MOST_LABELS = 10


def draw(sheet: Sheet) -> Figure | None:
    """Five panels of class-wise test accuracy and one of best minus worst class; None without any of the runs."""
    found = {cell: sheet.series(*cell) for cell in PANELS}
    drawn = [series for series in found.values() if series]
    if not drawn:
        return None
    figure, axes = panels("Class-wise test accuracy by epoch", 3, 2, 2.75)
    for place, ((loss, noise), series) in enumerate(found.items()):
        axes[place].set_title(f"({'abcde'[place]}) {series_title(sheet, loss, noise, series)}")
        accuracy_panel(axes[place], series)
        if series is None:
            empty(axes[place], sheet.pending(loss, noise))
    axes[5].set_title("(f) best class minus worst class")
    spread_panel(axes[5], found)
    note = "Dashed: mean of the classes."
    if len(sheet.head.class_names) > MOST_LABELS:
        note += " Colour: place of the class in the list; named are the three best and the three worst."
    return footer(figure, (run for series in drawn for run in series.runs), note, "Bands")


def accuracy_panel(axes: Axes, series: Series | None) -> None:
    """One line for each class, in percent, with a band of one standard deviation over seeds."""
    axes.set(ylim=(0, 101), yticks=range(0, 101, 20), ylabel="test accuracy (%)")
    if series is None:
        return
    mean, std = 100 * series.mean(Run.class_curve), 100 * series.std(Run.class_curve)
    epochs, names = np.arange(1, len(mean) + 1), series.runs[0].class_names
    colours = [class_colour(index, len(names)) for index in range(len(names))]
    thin = len(names) > MOST_LABELS
    for index, colour in enumerate(colours):
        axes.plot(epochs, mean[:, index], color=colour, lw=0.6 if thin else 1.5, label=names[index])
        if series.n > 1 and not thin:
            low, high = mean[:, index] - std[:, index], mean[:, index] + std[:, index]
            axes.fill_between(epochs, low, high, color=colour, alpha=0.18, lw=0)
    axes.plot(epochs, np.nanmean(mean, axis=1), color=INK, lw=1.2, ls="--", label="mean of the classes")
    axes.set(xlim=(1, max(2, len(epochs))), xlabel="epoch")
    order = np.argsort(mean[-1])
    shown = [*order[:3], *order[-3:]] if thin else range(len(names))
    labels = [series.runs[0].class_labels[index] for index in shown]
    label_ends(axes, [mean[-1, index] for index in shown], labels, [colours[index] for index in shown], 6.2)


def spread_panel(axes: Axes, found: dict[tuple[str, Noise], Series | None]) -> None:
    """Best minus worst class at every epoch, one line for each panel that has runs."""
    ends, labels, colours = [], [], []
    for (loss, noise), series in found.items():
        if series is None:
            continue
        mean, std = 100 * series.mean(Run.spread), 100 * series.std(Run.spread)
        epochs, colour = np.arange(1, len(mean) + 1), loss_colour(loss)
        style = ":" if noise == CLEAN else "-"
        axes.plot(epochs, mean, color=colour, lw=1.6, ls=style, label=f"{loss} {noise.words}")
        if series.n > 1:
            axes.fill_between(epochs, mean - std, mean + std, color=colour, alpha=0.15, lw=0)
        axes.set_xlim(1, max(2, len(epochs)))
        ends.append(mean[-1])
        labels.append(f"{loss_title(loss)} {'clean' if noise == CLEAN else '40 %'}")
        colours.append(colour)
    top = max(100 * series.mean(Run.spread).max() for series in found.values() if series)
    axes.set(ylim=(0, 1.08 * top), xlabel="epoch", ylabel="spread (percentage points)")
    label_ends(axes, ends, labels, colours, 0.075 * top)
