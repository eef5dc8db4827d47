"""The training loop."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from sl.evaluate import class_accuracy, class_confidence, confusion_matrix, training_counts
from sl.losses import EpochView
from sl.recipes import learning_rate
from sl.tracker import Sink
from sl.train.engine import Engine
from sl.train.holdout import Validation
from sl.train.plan import Plan
from sl.train.seeds import generator


@dataclass(frozen=True)
class ProbeSet:
    """The rightly labelled training examples of the class that is looked at more closely."""

    label: int
    index: Tensor


def fit(
    engine: Engine,
    plan: Plan,
    seed: int,
    probe_set: ProbeSet,
    sinks: Sequence[Sink],
    start_epoch: int = 0,
    after_epoch: Callable[[int], None] = lambda epoch: None,
) -> None:
    """Train `engine` from `start_epoch` (epochs already done) to the end of `plan`, telling the sinks.

    `after_epoch(epoch)` is called when the epoch is in the record: the place to save a checkpoint.
    """
    for epoch in range(start_epoch + 1, plan.epochs + 1):
        began = time.perf_counter()
        line, confusion = train_one_epoch(engine, plan, seed, epoch)
        engine.loss.after_epoch(EpochView(epoch, plan.epochs, partial(sample_representations, engine, seed, epoch)))
        line["seconds"] = time.perf_counter() - began
        for sink in sinks:
            sink.epoch(line)
        for stage, stage_epoch in plan.stages.items():
            if epoch == stage_epoch:
                seen = look_closely(engine, probe_set, confusion)
                for sink in sinks:
                    sink.probe({"stage": stage, "epoch": epoch, **seen})
        after_epoch(epoch)


def train_one_epoch(engine: Engine, plan: Plan, seed: int, epoch: int) -> tuple[dict[str, Any], Tensor]:
    """Train epoch number `epoch` (from 1) and evaluate; the record's line and the test confusion matrix."""
    data, count = engine.data, len(engine.data.noisy)
    order = torch.randperm(count, generator=generator(seed, "order", epoch))
    draws = engine.augmentation.draw(count, data.image_shape, generator(seed, "augmentation", epoch))
    lrs = learning_rates(engine, plan, epoch)
    loss, counts = engine.train_epoch(order, draws, lrs)
    confusion = confusion_matrix(engine.predict(data.test_images).argmax(1), data.test_labels, data.num_classes)
    on_host = torch.cat([loss[None], counts.double(), confusion.flatten().double()]).tolist()  # the only wait
    confusion = torch.tensor(on_host[6:], dtype=torch.int64).view(confusion.shape)
    line = {
        "epoch": epoch,
        "lr": lrs[0].item(),
        "train_loss": on_host[0],
        **training_shares(on_host[1:6], data.truth_known),
    }
    line["test_accuracy"] = (confusion.trace() / confusion.sum()).item()
    line["class_accuracy"] = class_accuracy(confusion).tolist()
    if data.validation:
        line["validation_accuracy"] = validation_accuracy(engine, data.validation)
    return line, confusion


def validation_accuracy(engine: Engine, validation: Validation) -> float:
    """The share of the held-out images that are predicted as their noisy labels."""
    return (engine.predict(validation.images).argmax(1) == validation.labels).double().mean().item()


def sample_representations(engine: Engine, seed: int, epoch: int, count: int) -> Tensor:
    """Representations (count, D) of `count` training images, or of all if there are fewer; each epoch draws others."""
    chosen = torch.randperm(len(engine.data.images), generator=generator(seed, "representations", epoch))[:count]
    return engine.represent(engine.data.images[chosen.to(engine.runtime.device)])


def learning_rates(engine: Engine, plan: Plan, epoch: int) -> Tensor:
    """The learning rates (S,) of the S steps of epoch number `epoch`."""
    first = (epoch - 1) * plan.steps_per_epoch
    steps = range(first, first + plan.steps_per_epoch)
    return torch.tensor([learning_rate(engine.recipe, step, plan.steps, plan.paper_steps) for step in steps])


def training_shares(counts: Sequence[float], truth_known: bool) -> dict[str, float | None]:
    """The record's training accuracies from the five counts of `training_counts`; None where nothing is counted.

    Where nobody knows which labels are right, only the accuracy on the labels as given exists.
    """
    right, right_hit, wrong, memorised, corrected = counts
    noisy_accuracy = (right_hit + memorised) / (right + wrong)
    if not truth_known:
        unknown = ("clean_accuracy", "right_accuracy", "wrong_memorised", "wrong_corrected")
        return {"noisy_accuracy": noisy_accuracy, **dict.fromkeys(unknown)}
    return {
        "noisy_accuracy": noisy_accuracy,
        "clean_accuracy": (right_hit + corrected) / (right + wrong),
        "right_accuracy": right_hit / right if right else None,
        "wrong_memorised": memorised / wrong if wrong else None,
        "wrong_corrected": corrected / wrong if wrong else None,
    }


def look_closely(engine: Engine, probe_set: ProbeSet, confusion: Tensor) -> dict[str, Any]:
    """The record's probe: test confusion matrix, what the network says of the probe set, and what it has memorised.

    `training` is measured in evaluation mode on all training images without augmentation: the epoch's own counts come
    from training mode, augmented images and weights that change from step to step.
    """
    data = engine.data
    seen: dict[str, Any] = {"confusion": confusion.tolist(), "probe_class": probe_set.label}
    counts = training_counts(engine.predict(data.images), data.noisy, data.clean)
    seen["training"] = training_shares(counts.tolist(), data.truth_known)
    seen |= {"count": len(probe_set.index), "confidence": None, "predictions": None}
    if seen["count"]:
        confidence, predictions = class_confidence(engine.predict(data.images[probe_set.index]))
        seen |= {"confidence": confidence.tolist(), "predictions": predictions.tolist()}
    return seen
