"""What becomes of rightly and wrongly labelled training images: learnt, memorised or corrected, by epoch."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sl.figures.panels import footer, label_ends, panels
from sl.figures.style import loss_colour
from sl.record import Noise, Run, Series, Sheet
from sl.record.run import Array
from sl.record.words import loss_title

RATES = (0.4, 0.6)
LOSSES = ("ce", "sl")
METRICS = {
    "right_accuracy": "rightly labelled:\npredicted as labelled",
    "wrong_memorised": "wrongly labelled:\npredicted as labelled (memorised)",
    "wrong_corrected": "wrongly labelled:\npredicted as the true class",
}


def draw(sheet: Sheet) -> Figure | None:
    """A row of three panels for each noise rate that has runs of CE or SL; None without any."""
    rows = {rate: {loss: sheet.series(loss, Noise("symmetric", rate)) for loss in LOSSES} for rate in RATES}
    rows = {rate: found for rate, found in rows.items() if any(found.values())}
    if not rows:
        return None
    figure, axes = panels("Training images by epoch: learnt, memorised, corrected", len(rows), 3, 2.6, share_y=True)
    for row, (rate, found) in enumerate(rows.items()):
        for column, (metric, words) in enumerate(METRICS.items()):
            panel = axes[3 * row + column]
            panel.set_title(words if row == 0 else "", fontsize=9)
            panel.set(xlabel="epoch", ylim=(0, 101), yticks=range(0, 101, 20))
            _lines(panel, found, metric)
        counts = ", ".join(
            f"{loss_title(loss)} n = {series.n}" if series else f"{loss_title(loss)}: no run recorded yet"
            for loss, series in found.items()
        )
        axes[3 * row].set_ylabel(f"symmetric {100 * rate:g} %\n{counts}\nshare of images (%)")
    drawn = [run for found in rows.values() for series in found.values() if series for run in series.runs]
    return footer(figure, drawn, spread="Bands")


def _lines(axes: Axes, found: dict[str, Series | None], metric: str) -> None:
    ends, labels, colours = [], [], []

    def percent(run: Run) -> Array:
        return 100 * run.curve(metric)

    for loss, series in found.items():
        if series is None:
            continue
        mean, std, colour = series.mean(percent), series.std(percent), loss_colour(loss)
        epochs = np.arange(1, len(mean) + 1)
        axes.plot(epochs, mean, color=colour, lw=1.7, label=loss_title(loss))
        if series.n > 1:
            axes.fill_between(epochs, mean - std, mean + std, color=colour, alpha=0.18, lw=0)
        axes.set_xlim(1, max(2, len(epochs)))
        ends.append(mean[-1])
        labels.append(loss_title(loss))
        colours.append(colour)
    label_ends(axes, ends, labels, colours, 7)
