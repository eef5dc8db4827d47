"""The figure of a confusion matrix, for trackers that have no chart for it."""

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from sl.figures.matrices import class_matrix, row_shares
from sl.figures.style import STYLE
from sl.record.run import confusion_rows, numbered
from sl.record.schema import Header, Probe


def confusion(header: Header, line: Probe) -> Figure:
    """The figure of the test confusion matrix at a stage; each row shows percentages of its class."""
    shares = row_shares(np.array(line.confusion, dtype=np.float64))
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(4.5, 4), layout="constrained")
        axes = figure.subplots()
        class_matrix(axes, shares, numbered(header.data.class_names))
        title = f"Test set, {line.stage} (epoch {line.epoch}), %"
        axes.set(title=title, xlabel="predicted class", ylabel=confusion_rows(header.data))
    return figure
