"""One epoch: trains and evaluates the network and, at a stage, probes it."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from sl.evaluate import class_accuracy, class_confidence, confusion_matrix, training_counts_by_class
from sl.recipes.schedule import learning_rate
from sl.record.schema import Epoch, Probe, Stage, TrainingShares
from sl.train.engine import LARGEST_WEIGHT, Engine, nothing
from sl.train.holdout import Validation
from sl.train.plan import Plan
from sl.train.prepared import ProbeSet
from sl.train.seeds import generator


class Diverging(Exception):
    """Raised if the loss or a weight is not finite, or a weight is 10,000 or more (`LARGEST_WEIGHT`).

    `step` is the first step of the epoch whose loss is not finite; if only weights are at fault, it is the last step.
    """

    def __init__(self, epoch: int, step: int, lr: float, loss: float) -> None:
        weights = f"; a weight is {LARGEST_WEIGHT:,.0f} or more, or not finite" if math.isfinite(loss) else ""
        super().__init__(f"epoch {epoch}, step {step}: lr {lr:.3g}, loss {loss}{weights}")
        self.epoch, self.step, self.lr, self.loss = epoch, step, lr, loss


def train_one_epoch(
    engine: Engine,
    plan: Plan,
    seed: int,
    epoch: int,
    done: int = 0,
    after_step: Callable[[int], None] = nothing,
    between: Callable[[], None] = nothing,
) -> tuple[Epoch, Tensor]:
    """Train epoch number `epoch` (from 1) and evaluate; returns the record's line and the test confusion matrix (K, K).

    `done` and `after_step` are those of `Engine.train_epoch`; `between` is called before every evaluation batch.
    Raises Diverging if the loss or a weight is not finite, or a weight is LARGEST_WEIGHT or more.
    """
    data, count = engine.data, len(engine.data.noisy)
    order = torch.randperm(count, generator=generator(seed, "order", epoch))
    draws = engine.augmentation.draw(count, data.image_shape, generator(seed, "augmentation", epoch))
    lrs = learning_rates(engine, plan, epoch)
    loss, counts = engine.train_epoch(order, draws, lrs, done, after_step)
    predictions = engine.predict(data.test_images, between).argmax(1)
    confusion = confusion_matrix(predictions, data.test_labels, data.num_classes)
    measured = (loss, engine.finite_steps, engine.weights_in_range(), counts, confusion)
    loss, finite_steps, in_range, counts, confusion = on_host(*measured)
    if finite_steps < len(lrs) or not in_range or not loss.isfinite():
        step = min(int(finite_steps) + 1, len(lrs))
        raise Diverging(epoch, step, lrs[step - 1].item(), loss.item())
    confusion = confusion.long()
    line = Epoch(
        epoch=epoch,
        lr=lrs[0].item(),
        train_loss=loss.item(),
        **training_shares(counts.tolist(), data.truth_known).model_dump(),
        test_accuracy=(confusion.trace() / confusion.sum()).item(),
        class_accuracy=[value if math.isfinite(value) else None for value in class_accuracy(confusion).tolist()],
    )
    if data.validation:
        accuracy = validation_accuracy(engine, data.validation, between)
        line = line.model_copy(update={"validation_accuracy": accuracy})
    return line, confusion


def on_host(*measured: Tensor) -> list[Tensor]:
    """The tensors as float64 on the CPU, copied together so that an epoch waits for the device only once."""
    together = torch.cat([each.double().flatten() for each in measured]).cpu()
    parts = together.split([each.numel() for each in measured])
    return [part.view(each.shape) for part, each in zip(parts, measured, strict=True)]


def validation_accuracy(engine: Engine, validation: Validation, between: Callable[[], None]) -> float:
    """The share of the images in `validation` that are predicted as their labels; `between` is called at each batch."""
    right = engine.predict(validation.images, between).argmax(1) == validation.labels
    return right.double().mean().item()


def sample_representations(engine: Engine, seed: int, epoch: int, count: int) -> Tensor:
    """Representations (count, D) of `count` random training images, or of all if fewer; other images in each epoch."""
    chosen = torch.randperm(len(engine.data.images), generator=generator(seed, "representations", epoch))[:count]
    return engine.represent(engine.data.images, chosen)


def learning_rates(engine: Engine, plan: Plan, epoch: int) -> Tensor:
    """The learning rates (S,) of the S steps of epoch number `epoch`."""
    first = (epoch - 1) * plan.steps_per_epoch
    steps = range(first, first + plan.steps_per_epoch)
    return torch.tensor([learning_rate(engine.recipe, step, plan.steps, plan.paper_steps) for step in steps])


def training_shares(counts: Sequence[float], truth_known: bool) -> TrainingShares:
    """The record's training accuracies from the five counts of `training_counts`; None for a share of no examples.

    Unless `truth_known`, all are None but the accuracy on the labels as given.
    """
    right, right_hit, wrong, memorised, corrected = counts
    right_known, wrong_known = right > 0 and truth_known, wrong > 0 and truth_known
    return TrainingShares(
        noisy_accuracy=(right_hit + memorised) / (right + wrong),
        clean_accuracy=(right_hit + corrected) / (right + wrong) if truth_known else None,
        right_accuracy=right_hit / right if right_known else None,
        wrong_memorised=memorised / wrong if wrong_known else None,
        wrong_corrected=corrected / wrong if wrong_known else None,
    )


def look_closely(
    engine: Engine,
    probe_set: ProbeSet,
    stage: Stage,
    epoch: int,
    confusion: Tensor,
    between: Callable[[], None],
) -> Probe:
    """The record's probe: test confusion matrix, confidence and predictions on the probe set, and training accuracies.

    The training accuracies, of all images and by class, are measured in evaluation mode without augmentation. Those of
    the epoch's line come from training mode, with augmented images and weights that change from step to step.
    """
    data = engine.data
    logits = engine.predict(data.images, between)
    counts = training_counts_by_class(logits.argmax(1), data.noisy, data.clean, len(confusion))
    by_class = [training_shares(row, True) if row[0] + row[2] else None for row in counts.tolist()]
    seen: dict[str, Any] = {"confidence": None, "predictions": None}
    if len(probe_set.index):
        confidence, predictions = class_confidence(logits[probe_set.index])
        seen = {"confidence": confidence.tolist(), "predictions": predictions.tolist()}
    return Probe(
        stage=stage,
        epoch=epoch,
        confusion=confusion.tolist(),
        probe_class=probe_set.label,
        training=training_shares(counts.sum(0).tolist(), data.truth_known),
        training_by_class=by_class if data.truth_known else None,
        count=len(probe_set.index),
        **seen,
    )
