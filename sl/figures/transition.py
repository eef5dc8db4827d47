"""The noise itself: the transition matrix of every noise setting that runs were made with."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sl.figures.panels import footer, panels
from sl.figures.style import INK
from sl.record import CLEAN, Run, Sheet
from sl.record.run import Array

COLUMNS = 3
MOST_NUMBERS = 10


def draw(sheet: Sheet) -> Figure | None:
    """P(noisy label | true class) for each noise setting but clean; None where all runs are clean."""
    noises = [noise for noise in sheet.noises if noise != CLEAN]
    if not noises:
        return None
    figure, axes = panels(
        "Label noise: probability of each label given the true class", -(-len(noises) // COLUMNS), COLUMNS, 3.6
    )
    for panel in axes[len(noises) :]:
        panel.set_axis_off()
    for panel, noise in zip(axes, noises, strict=False):
        _matrix(panel, min((run for run in sheet.runs if run.noise == noise), key=lambda run: run.seed))
    runs = [run for run in sheet.runs if run.noise != CLEAN]
    note = "Shown for the lowest seed of each setting; from white (0) to dark blue (1)."
    return footer(figure, runs, note)


def _matrix(axes: Axes, run: Run) -> None:
    matrix = np.array(run.header["noise"]["transition"], dtype=np.float64)
    wrong = 100 * run.header["noise"]["realised_rate"]
    axes.imshow(matrix, vmin=0, vmax=1, cmap="Blues", interpolation="nearest")
    axes.grid(False)
    axes.spines[:].set_visible(False)
    axes.set(xlabel="label given", ylabel="true class")
    axes.set_title(f"{run.noise.words}\n{wrong:.1f} % of all labels wrong", fontsize=9)
    if len(matrix) <= MOST_NUMBERS:
        _numbers(axes, matrix, run.class_labels)


def _numbers(axes: Axes, matrix: Array, labels: list[str]) -> None:
    axes.set(xticks=range(len(matrix)), yticks=range(len(matrix)), yticklabels=labels)
    axes.tick_params(length=0, labelsize=7.5)
    for (row, column), value in np.ndenumerate(matrix):
        if value > 0:
            colour = "white" if value > 0.55 else INK
            text = f"{value:.2f}".lstrip("0") if value < 0.995 else "1"
            axes.text(column, row, text, ha="center", va="center", fontsize=6, color=colour)
