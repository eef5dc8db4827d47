"""Losses for noisy labels: each is called as ``loss(logits, labels)``; see `Loss` for the rules that hold for all."""

from sl.losses.active_passive import ActivePassive
from sl.losses.asymmetric_generalized_cross_entropy import AsymmetricGeneralizedCrossEntropy
from sl.losses.base import EpochView, Loss
from sl.losses.binary_symmetric_cross_entropy import BinarySymmetricCrossEntropy
from sl.losses.bootstrap import Bootstrap
from sl.losses.correction import BackwardCorrection, ForwardCorrection
from sl.losses.cross_entropy import CrossEntropy
from sl.losses.dimensionality_driven import DimensionalityDriven
from sl.losses.early_learning import EarlyLearningRegularization
from sl.losses.focal import FocalLoss
from sl.losses.generalized_cross_entropy import GeneralizedCrossEntropy
from sl.losses.joint_optimization import JointOptimization
from sl.losses.label_smoothing import LabelSmoothing
from sl.losses.mean_absolute_error import MeanAbsoluteError
from sl.losses.normalized_cross_entropy import NormalizedCrossEntropy
from sl.losses.phuber import PHuberCrossEntropy
from sl.losses.pointwise import Pointwise
from sl.losses.reverse_cross_entropy import LOG_ZERO, ReverseCrossEntropy
from sl.losses.symmetric_cross_entropy import SymmetricCrossEntropy
from sl.losses.term import Term

__all__ = [
    "LOG_ZERO",
    "ActivePassive",
    "AsymmetricGeneralizedCrossEntropy",
    "BackwardCorrection",
    "BinarySymmetricCrossEntropy",
    "Bootstrap",
    "CrossEntropy",
    "DimensionalityDriven",
    "EarlyLearningRegularization",
    "EpochView",
    "FocalLoss",
    "ForwardCorrection",
    "GeneralizedCrossEntropy",
    "JointOptimization",
    "LabelSmoothing",
    "Loss",
    "MeanAbsoluteError",
    "NormalizedCrossEntropy",
    "PHuberCrossEntropy",
    "Pointwise",
    "ReverseCrossEntropy",
    "SymmetricCrossEntropy",
    "Term",
]
