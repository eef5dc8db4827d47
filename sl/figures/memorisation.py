"""What becomes of rightly and wrongly labelled training images: learnt, memorised or corrected, by epoch."""

from functools import partial

import numpy as np
from matplotlib.figure import Figure

from sl.comparison import RunGroup, Series
from sl.figures.cells import LossAndNoise, compared_noises, series_to_draw
from sl.figures.lines import Line, epoch_lines, label_ends
from sl.figures.panels import footer, panels
from sl.figures.style import loss_colour
from sl.record import Noise, Run
from sl.record.run import Array
from sl.record.shown import loss_title

TITLE = "Training images by epoch: learnt, memorised, corrected"
COUNTED = (
    "Counted while the epoch trains, on augmented images; "
    "the claims use counts in evaluation mode if all compared runs recorded them."
)
METRICS = {
    "right_accuracy": "rightly labelled:\npredicted as labelled",
    "wrong_memorised": "wrongly labelled:\npredicted as labelled (memorised)",
    "wrong_corrected": "wrongly labelled:\npredicted as the true class",
}


def draw(group: RunGroup) -> Figure | None:
    """A row of three panels for each noise whose wrong labels are known; None where there is no such run."""
    rows: dict[Noise, dict[str, Series]] = {}
    for (loss, noise), series in cells(group).items():
        rows.setdefault(noise, {})[loss] = series
    if not rows:
        return None
    figure, axes = panels(TITLE, 3 * len(rows), 3, 2.6, share_y=True)
    for row, (noise, found) in enumerate(rows.items()):
        for column, (metric, title) in enumerate(METRICS.items()):
            panel = axes[3 * row + column]
            value = partial(Run.curve, metric=metric)
            lines = [Line.of(series, value, loss_title(loss), loss_colour(loss)) for loss, series in found.items()]
            panel.set_title(title if row == 0 else "", fontsize=9)
            panel.set(ylim=(0, 101), yticks=range(0, 101, 20))
            epoch_lines(panel, lines)
            label_ends(panel, lines, 7)
        counts = ", ".join(f"{loss_title(loss)} n = {series.n}" for loss, series in found.items())
        axes[3 * row].set_ylabel(f"{noise.title}\n{counts}\nshare of images (%)")
    members = [run for found in rows.values() for series in found.values() for run in series.runs]
    return footer(figure, members, COUNTED, "Bands")


def cells(group: RunGroup) -> dict[LossAndNoise, Series]:
    """The runs drawn, noise by noise: those whose wrong labels are known."""
    found = [cell for noise in compared_noises(group) for cell in series_to_draw(group, noise).items()]
    return {cell: series for cell, series in found if _known(series.runs)}


def _known(runs: tuple[Run, ...]) -> bool:
    """Whether a run records which labels are wrong, and some are."""
    curves: list[Array] = [run.curve("wrong_memorised") for run in runs]
    return not np.isnan(curves).all()
