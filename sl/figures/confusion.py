"""The confusion matrices of the test images at the early, middle and late stage."""

import numpy as np
from matplotlib.figure import Figure

from sl.comparison import RunGroup
from sl.figures.cells import lacking, runs_of, series_to_draw, usual_noise
from sl.figures.matrices import cells_of, class_matrix, row_shares
from sl.figures.panels import footer, panels, series_title
from sl.numbers import fixed
from sl.record import STAGES, Run
from sl.record.run import Array, confusion_rows


def shares(run: Run, stage: str) -> Array:
    """Share of each class's test images that is predicted as each class, (K, K); nan for a class without images."""
    return row_shares(run.probe_values(stage, "confusion"))


def draw(group: RunGroup) -> Figure | None:
    """A row of three matrices for CE and for SL under the usual noise; None without a run of any loss."""
    noise = usual_noise(group)
    found = series_to_draw(group, noise)
    if not found:
        return None
    rows = confusion_rows(group.head.data)
    title = f"Confusion of the test images (%): {rows} by predicted class"
    figure, axes = panels(title, 3 * len(found), 3, 3.2)
    for row, ((loss, noise), series) in enumerate(found.items()):
        for column, stage in enumerate(STAGES):
            panel = axes[3 * row + column]
            matrix = series.mean(shares, stage)
            class_matrix(panel, matrix, series.runs[0].class_labels, named=column == 0)
            epoch = series.runs[0].stages.of(stage)
            accuracy = (
                f"{stage} (epoch {epoch}), mean class accuracy {fixed(100 * float(np.nanmean(np.diag(matrix))))} %"
            )
            panel.set_xlabel(f"predicted class\n{accuracy}", fontsize=8)
            panel.set_ylabel("" if column else rows, fontsize=8)
        axes[3 * row].set_title(series_title(group, loss, noise, series))
    note = (
        "Mean over seeds of each row's shares, from white (0) to dark blue (100 %); mean class accuracy: that of the "
    )
    note += f"diagonal. {cells_of(len(group.head.class_names))} {lacking(group, found, clean=False)}"
    return footer(figure, runs_of(found.values()), note)
