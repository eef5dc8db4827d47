"""What tests ask of records and of figures."""

from pathlib import Path
from typing import Any

import synthetic
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sl.comparison import RunGroup, run_groups
from sl.record import load_all
from sl.record.run import Array


def run_group_of(root: Path) -> RunGroup:
    """The only group, or the first."""
    return run_groups(load_all(root))[0]


def accuracies(loss: str, seeds: list[int], **options: Any) -> Array:
    """Class-wise accuracy of the invented records, (seeds, epochs, classes), in percent."""
    return 100 * synthetic.curves(loss, "class_accuracy", seeds, **options)


def texts(figure: Figure) -> str:
    """All that is written outside the panels."""
    return "\n".join(text.get_text() for text in figure.texts)


def line(axes: Axes, label: str) -> Line2D:
    """The line of this name."""
    return next(line for line in axes.lines if line.get_label() == label)
