"""The charts W&B draws of a probe."""

from typing import Any

import wandb

from sl.record.schema import Probe
from sl.tracker.wandb_values import pairs


def charts(class_names: list[str], line: Probe) -> dict[str, Any]:
    """The test confusion matrix at a stage, and the probed class's mean confidence in each class as bars.

    The bars' table also holds how many of the class's examples are predicted as each class. There are no bars where no
    label of the probed class is right.
    """
    stage, epoch, probed = line.stage, line.epoch, class_names[line.probe_class]
    true, predicted = zip(*pairs(line.confusion), strict=True)
    matrix = wandb.plot.confusion_matrix(
        y_true=true, preds=predicted, class_names=class_names, title=f"Test set, {stage} (epoch {epoch})"
    )
    if line.confidence is None or line.predictions is None:
        return {f"confusion/{stage}": matrix}
    table = wandb.Table(
        columns=["class", "confidence", "predictions"],
        data=[list(row) for row in zip(class_names, line.confidence, line.predictions, strict=True)],
    )
    title = f"Mean confidence for rightly labelled {probed}, {stage} (epoch {epoch})"
    return {
        f"confusion/{stage}": matrix,
        f"confidence/{stage}": wandb.plot.bar(table, "class", "confidence", title=title),
    }
