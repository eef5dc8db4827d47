"""The test table of the losses: a row for each file in configs/loss, with its formula written out on probabilities.

Those that learn during a run have tests of their own.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from hydra.utils import instantiate
from numpy.typing import NDArray

from sl.config.files import read_yaml, resolved
from sl.losses import (
    ActivePassive,
    AsymmetricGeneralizedCrossEntropy,
    BackwardCorrection,
    Bootstrap,
    CrossEntropy,
    DimensionalityDriven,
    EarlyLearningRegularization,
    FocalLoss,
    ForwardCorrection,
    GeneralizedCrossEntropy,
    JointOptimization,
    LabelSmoothing,
    Loss,
    MeanAbsoluteError,
    NormalizedCrossEntropy,
    PHuberCrossEntropy,
    ReverseCrossEntropy,
    SymmetricCrossEntropy,
)

Array = NDArray[np.float64]

CLASSES = 4
A = np.log(1e-4)
T = np.array([[0.7, 0.3, 0.0, 0.0], [0.0, 0.6, 0.4, 0.0], [0.1, 0.0, 0.8, 0.1], [0.0, 0.2, 0.0, 0.8]])
TRANSITION = torch.from_numpy(T)


@dataclass(frozen=True)
class Row:
    """A loss with the values of its config file, and its formula: p and one-hot q, (N, K) each, to (N,)."""

    loss: Loss
    formula: Callable[[Array, Array], Array]


def ce(p: Array, target: Array) -> Array:
    return -(target * np.log(p)).sum(1)


def rce(p: Array, target: Array) -> Array:
    return -(p * np.log(np.maximum(target, 1e-4))).sum(1)


def sl(p: Array, target: Array) -> Array:
    return 0.1 * ce(p, target) + rce(p, target)


def nce(p: Array, q: Array) -> Array:
    return ce(p, q) / sum(ce(p, np.eye(CLASSES)[[k]]) for k in range(CLASSES))


def mae(p: Array, q: Array) -> Array:
    return np.abs(p - q).sum(1)


def p_label(p: Array, q: Array) -> Array:
    return (p * q).sum(1)


def guess(p: Array) -> Array:
    return np.eye(CLASSES)[p.argmax(1)]


def joint(p: Array, q: Array) -> Array:
    mean = p.mean(0)
    return ce(p, q) + 1.2 * (1 / CLASSES * np.log(1 / CLASSES / mean)).sum() + 0.8 * ce(p, p)


NONE = "none"
SL = SymmetricCrossEntropy(0.1, 1.0)
ROWS = {
    "ce": Row(CrossEntropy(NONE), ce),
    "lsr": Row(LabelSmoothing(0.1, NONE), lambda p, q: ce(p, 0.9 * q + 0.1 / CLASSES)),
    "gce": Row(GeneralizedCrossEntropy(0.7, NONE), lambda p, q: (1 - p_label(p, q) ** 0.7) / 0.7),
    "rce": Row(ReverseCrossEntropy(reduction=NONE), rce),
    "sl": Row(SymmetricCrossEntropy(0.1, 1.0, reduction=NONE), sl),
    "mae": Row(MeanAbsoluteError(NONE), mae),
    "bootstrap_hard": Row(Bootstrap(0.8, True, NONE), lambda p, q: ce(p, 0.8 * q + 0.2 * guess(p))),
    "bootstrap_soft": Row(Bootstrap(0.95, False, NONE), lambda p, q: ce(p, 0.95 * q + 0.05 * p)),
    "forward": Row(ForwardCorrection(TRANSITION, NONE), lambda p, q: ce(p @ T, q)),
    "backward": Row(BackwardCorrection(TRANSITION, NONE), lambda p, q: ce(p, q @ np.linalg.inv(T))),
    "focal": Row(FocalLoss(0.5, NONE), lambda p, q: (1 - p_label(p, q)) ** 0.5 * ce(p, q)),
    "nce": Row(NormalizedCrossEntropy(NONE), nce),
    "nce_rce": Row(
        ActivePassive(NormalizedCrossEntropy(), ReverseCrossEntropy(), 1.0, 1.0, NONE),
        lambda p, q: nce(p, q) + rce(p, q),
    ),
    "nce_mae": Row(
        ActivePassive(NormalizedCrossEntropy(), MeanAbsoluteError(), 1.0, 0.5, NONE),
        lambda p, q: nce(p, q) + 0.5 * mae(p, q),
    ),
    "phuber": Row(
        PHuberCrossEntropy(2, NONE),
        lambda p, q: np.where(p_label(p, q) > 0.5, ce(p, q), np.log(2) + 1 - 2 * p_label(p, q)),
    ),
    "agce": Row(
        AsymmetricGeneralizedCrossEntropy(0.6, 0.6, NONE),
        lambda p, q: (1.6**0.6 - (0.6 + p_label(p, q)) ** 0.6) / 0.6,
    ),
    "joint": Row(JointOptimization(1.2, 0.8, NONE), joint),
    "lsr_sl": Row(LabelSmoothing(0.1, NONE, SL), lambda p, q: sl(p, 0.9 * q + 0.1 / CLASSES)),
    "bootstrap_sl": Row(Bootstrap(0.8, True, NONE, SL), lambda p, q: sl(p, 0.8 * q + 0.2 * guess(p))),
    "forward_sl": Row(ForwardCorrection(TRANSITION, NONE, SL), lambda p, q: sl(p @ T, q)),
}
"""Losses of the table are shared by the tests: they have no state, and reduction "none"."""

LEARNING = {"elr": EarlyLearningRegularization, "d2l": DimensionalityDriven, "d2l_sl": DimensionalityDriven}
"""Files in configs/loss whose losses have a state."""


CONFIGS = Path(__file__).parents[2] / "configs" / "loss"
RECIPE = {"sl": {"alpha": 0.1, "beta": 1.0, "log_zero": -9.210340371976182}}


@functools.cache
def composed(name: str, p_min: float = 0.0) -> dict[str, Any]:
    """The loss's node as in a run: beside a recipe that its interpolations look into."""
    node = resolved({"recipe": {**RECIPE, "p_min": p_min}, "loss": read_yaml(CONFIGS / f"{name}.yaml")})["loss"]
    return {key: value for key, value in node.items() if key != "shown"}  # as a run does, before it builds


def make(name: str, **options: Any) -> Loss:
    """The loss of a row, built anew with other options."""
    given = {"transition": TRANSITION} if composed(name).get("transition") == "noise" else {}
    return instantiate(composed(name), **given, **options)


def batch(examples: int = 24, scale: float = 3.0) -> tuple[torch.Tensor, torch.Tensor]:
    """Random float64 logits and labels, each class present: the same on every call."""
    generator = torch.Generator().manual_seed(0)
    logits = scale * torch.randn(examples, CLASSES, generator=generator, dtype=torch.float64)
    return logits, torch.arange(examples) % CLASSES
