"""The label noise itself: the transition matrix of every noise under which runs were made."""

import numpy as np
from matplotlib.figure import Figure

from sl.comparison import RunGroup
from sl.figures.matrices import cells_of, class_matrix
from sl.figures.panels import footer, panels


def draw(group: RunGroup) -> Figure | None:
    """P(noisy label | true class) for each noise; None where all labels are clean, or as given."""
    known = [run for run in group.runs if run.noise.kind not in ("none", "given")]
    found = {run.noise: run for run in sorted(known, key=lambda run: (run.noise.order, -run.seed))}
    if not found:
        return None
    figure, axes = panels("Label noise: probability of each label given the true class (%)", len(found), 3, 3.3)
    for place, (panel, (noise, run)) in enumerate(zip(axes, found.items(), strict=True)):
        matrix = np.array(run.header.noise.transition, dtype=np.float64)
        class_matrix(panel, matrix, run.class_labels, named=place % 3 == 0)
        panel.set_title(f"{noise.title}\n{100 * (run.realised_rate or 0):.1f} % of all labels wrong", fontsize=9)
        panel.set(xlabel="label given", ylabel="" if place % 3 else "true class")
    note = "Shown for the lowest seed of each setting; from white (0) to dark blue (100 %)."
    note += f" {cells_of(len(group.head.class_names))}"
    return footer(figure, found.values(), note)
