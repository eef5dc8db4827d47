"""Class-wise accuracy of recorded runs beside published class-wise accuracy."""

from collections.abc import Iterable, Sequence

import numpy as np

from sl.comparison import RunGroup
from sl.comparison.titles import origin
from sl.numbers import fixed
from sl.paper import USUAL_RECIPE
from sl.record import Run
from sl.record.shown import loss_title
from sl.scale import paper_scale
from sl.tables.layout import TextTable
from sl.tables.published import ClassAccuracies


def class_table(group: RunGroup, published: Sequence[ClassAccuracies]) -> TextTable | None:
    """Test accuracy of each class, in percent, after the epochs that others report; None if nothing can be compared.

    Only runs at the paper's scale with the recipe of the authors' code are compared: the published ones are of both.
    """
    dataset, _, recipe = group.names
    if recipe != USUAL_RECIPE or not paper_scale(group.head):
        return None
    rows: list[list[str]] = []
    for line in published:
        same = line.dataset == dataset and len(line.accuracy) == len(group.head.class_names)
        series = group.series(line.loss, line.noise) if same else None
        if series and line.epoch <= group.head.scale.epochs:
            own = series.mean(Run.class_percent, line.epoch)
            distance = fixed(np.abs(own - line.accuracy).mean())
            what = f"{loss_title(line.loss)}, {line.noise.title}, epoch {line.epoch}"
            rows.append([what, f"this project ({series.n})", *_cells(own, own.mean()), distance])
            rows.append(["", line.label, *_cells(line.accuracy, line.mean), ""])
    if not rows:
        return None
    names = group.head.class_labels
    notes = [
        "Test accuracy in percent: mean over seeds, with the number of seeds in brackets. "
        "Distance: mean absolute difference over the classes, in points.",
        f"{origin(group.runs)}.",
    ]
    header = ["runs", "source", *names, "mean", "distance"]
    return TextTable(f"Class by class beside others, recipe {recipe}", header, rows, notes)


def _cells(accuracy: Iterable[float], mean: float) -> list[str]:
    return [fixed(value) for value in (*accuracy, mean)]
