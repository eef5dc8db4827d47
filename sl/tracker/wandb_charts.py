"""The charts W&B draws of a probe."""

from typing import Any

import wandb

from sl.record.schema import Probe
from sl.tracker.wandb_values import pairs

MOST_CLASSES = 100


def charts(class_names: list[str], line: Probe) -> dict[str, Any]:
    """The test confusion matrix at a stage, and the probed class's mean confidence in each class as bars.

    The bars' table also holds how many of the class's examples are predicted as each class. There are no bars where no
    label of the probed class is right, and no matrix of more than 100 classes: W&B takes a row for each of its cells.
    """
    stage, epoch, probed = line.stage, line.epoch, class_names[line.probe_class]
    found: dict[str, Any] = {}
    if len(class_names) <= MOST_CLASSES:
        true, predicted = zip(*pairs(line.confusion), strict=True)
        title = f"Test set, {stage} (epoch {epoch})"
        found[f"confusion/{stage}"] = wandb.plot.confusion_matrix(
            y_true=true, preds=predicted, class_names=class_names, title=title
        )
    if line.confidence is None or line.predictions is None:
        return found
    table = wandb.Table(
        columns=["class", "confidence", "predictions"],
        data=[list(row) for row in zip(class_names, line.confidence, line.predictions, strict=True)],
    )
    title = f"Mean confidence for rightly labelled {probed}, {stage} (epoch {epoch})"
    return {**found, f"confidence/{stage}": wandb.plot.bar(table, "class", "confidence", title=title)}
