"""The user's own model, class by class: accuracies beside the confusion matrix."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from sl.figures.bars import Bars, class_bars
from sl.figures.matrices import class_matrix, row_shares
from sl.figures.panels import panels
from sl.figures.style import FAINT, class_colours

if TYPE_CHECKING:  # it imports torch, which no figure needs
    from sl.evaluate import ClassReport


def draw_class_report(report: "ClassReport", title: str = "Test images, class by class") -> Figure:
    """The figure of `report`; ``figure.savefig("classes.png")`` saves it."""
    shares, names = row_shares(report.confusion.cpu().numpy()), list(report.names)
    figure, (bars, matrix) = panels(title, 2, 2, 4.2)
    colours = class_colours(len(names))
    accuracy = 100 * np.diag(shares)
    class_bars(bars, names, [Bars("accuracy", accuracy, np.zeros(len(names)), colours, FAINT)])
    bars.set(ylim=(0, 113), yticks=range(0, 101, 20), ylabel="accuracy (%)")
    class_matrix(matrix, shares, names)
    matrix.set(xlabel="predicted class (row shares, %)", ylabel="label")
    return figure
