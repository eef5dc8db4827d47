"""Losses for noisy labels: each is called as ``loss(logits, labels)``; see `Loss` for what all of them keep."""

from sl.losses.active_passive import ActivePassive
from sl.losses.base import Loss
from sl.losses.bootstrap import Bootstrap
from sl.losses.correction import BackwardCorrection, ForwardCorrection
from sl.losses.cross_entropy import CrossEntropy
from sl.losses.focal import FocalLoss
from sl.losses.generalized_cross_entropy import GeneralizedCrossEntropy
from sl.losses.label_smoothing import LabelSmoothing
from sl.losses.mean_absolute_error import MeanAbsoluteError
from sl.losses.normalized_cross_entropy import NormalizedCrossEntropy
from sl.losses.reverse_cross_entropy import LOG_ZERO, ReverseCrossEntropy
from sl.losses.symmetric_cross_entropy import SymmetricCrossEntropy

__all__ = [
    "LOG_ZERO",
    "ActivePassive",
    "BackwardCorrection",
    "Bootstrap",
    "CrossEntropy",
    "FocalLoss",
    "ForwardCorrection",
    "GeneralizedCrossEntropy",
    "LabelSmoothing",
    "Loss",
    "MeanAbsoluteError",
    "NormalizedCrossEntropy",
    "ReverseCrossEntropy",
    "SymmetricCrossEntropy",
]
