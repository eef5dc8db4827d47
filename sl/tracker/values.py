"""The values from a run's record that trackers log."""

from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate
from typing import Any

from sl.record.lines import rounded
from sl.record.run import Run
from sl.record.schema import Epoch, Header

METRICS = (
    "lr", "train_loss", "noisy_accuracy", "clean_accuracy", "test_accuracy", "right_accuracy", "wrong_memorised",
    "wrong_corrected", "validation_accuracy",
)  # fmt: skip
MOST_CLASSES = 100  # with more, no class is logged: trackers would draw a chart for each; the record has them all
FACTS = ("identity", "data", "scale", "noise", "stages", "provenance")


def config(header: Header) -> dict[str, Any]:
    """The run's configuration, and under `record` the facts of the header, without the noise matrix."""
    facts = header.model_dump(include={*FACTS}, exclude={"noise": {"transition"}}, exclude_unset=True)
    return {**header.config.plain(), "record": facts}


def started(header: Header) -> float:
    """When the run began, in seconds since 1970."""
    return datetime.fromisoformat(header.provenance.started).timestamp()


def epoch_ends(header: Header, epoch_seconds: Sequence[float]) -> list[float]:
    """When each epoch ended, in seconds since 1970, as if the run had not been interrupted."""
    return [started(header) + passed for passed in accumulate(epoch_seconds)]


def epoch_values(header: Header, line: Epoch) -> dict[str, Any]:
    """The metrics of one epoch by name; those that are None are left out.

    The accuracy of class k is called `class/k name`, with k padded so that the names sort like numbers; with more than
    100 classes these are left out. `spread` is the best class's test accuracy minus the worst's.
    """
    run = Run(header, (line,))
    width = len(str(len(run.class_names) - 1))
    values: dict[str, Any] = {name: getattr(line, name) for name in METRICS}
    if len(run.class_names) <= MOST_CLASSES:
        for number, (name, accuracy) in enumerate(zip(run.class_names, line.class_accuracy, strict=True)):
            values[f"class/{number:0{width}} {name}"] = accuracy
    worst, accuracy = run.worst_class()
    values |= {"spread": float(run.spread()[0]), "worst_class": worst, "worst_class_accuracy": accuracy}
    return {name: rounded(value) for name, value in values.items() if value is not None}


def summary(header: Header, epochs: Sequence[Epoch]) -> dict[str, float]:
    """Accuracies of the whole run in [0, 1]: last, best, and means of the last ten epochs; empty before the first."""
    if not epochs:
        return {}
    run = Run(header, tuple(epochs))
    measured = {
        "test_accuracy_last": run.last(),
        "test_accuracy_best": run.best(),
        "test_accuracy_mean_last_ten": run.mean_last_ten(),
    }
    if run.holdout:
        measured["validation_accuracy_mean_last_ten"] = run.validation()
    return rounded(measured)
