"""The parameters of every loss that are out of range: refused when it is built, in one line that names them."""

import math
from collections.abc import Callable

import pytest
import torch

from sl.errors import UserError
from sl.losses import (
    ActivePassive,
    AsymmetricGeneralizedCrossEntropy,
    BinarySymmetricCrossEntropy,
    Bootstrap,
    CrossEntropy,
    DimensionalityDriven,
    EarlyLearningRegularization,
    FocalLoss,
    GeneralizedCrossEntropy,
    JointOptimization,
    LabelSmoothing,
    Loss,
    PHuberCrossEntropy,
    ReverseCrossEntropy,
    SymmetricCrossEntropy,
)

NOTHING = "the loss would be 0 whatever is predicted"


@pytest.mark.parametrize(
    ("build", "line"),
    [
        (lambda: CrossEntropy(p_min=-1e-7), "p_min=-1e-07: must be a number in [0, 1)"),
        (lambda: CrossEntropy(p_min=1.0), "p_min=1.0: must be a number in [0, 1)"),
        (lambda: CrossEntropy(p_min=math.nan), "p_min=nan: must be a number in [0, 1)"),
        (lambda: ReverseCrossEntropy(0), "log_zero=0: must be a number in (-inf, 0)"),
        (lambda: ReverseCrossEntropy(1), "log_zero=1: must be a number in (-inf, 0)"),
        (lambda: ReverseCrossEntropy(math.nan), "log_zero=nan: must be a number in (-inf, 0)"),
        (lambda: ReverseCrossEntropy(-math.inf), "log_zero=-inf: must be a number in (-inf, 0)"),
        (lambda: SymmetricCrossEntropy(-1, 1), "alpha=-1: must be a number in [0, inf)"),
        (lambda: SymmetricCrossEntropy(1, -0.5), "beta=-0.5: must be a number in [0, inf)"),
        (lambda: SymmetricCrossEntropy(math.inf, 1), "alpha=inf: must be a number in [0, inf)"),
        (lambda: SymmetricCrossEntropy(10**400, 1), f"alpha={10**400}: must be a number in [0, inf)"),
        (lambda: ReverseCrossEntropy(-(10**400)), f"log_zero={-(10**400)}: must be a number in (-inf, 0)"),
        (lambda: SymmetricCrossEntropy("much", 1), "alpha=much: must be a number in [0, inf)"),
        (lambda: SymmetricCrossEntropy("0.1", 1), "alpha=0.1: must be a number in [0, inf), not a str"),
        (lambda: SymmetricCrossEntropy(torch.tensor(0.5), 1), "alpha=0.5: must be a number in [0, inf), not a Tensor"),
        (
            lambda: EarlyLearningRegularization(0.7, 3, 10, torch.tensor(4)),
            "num_classes=4: must be a whole number of at least 2, not a Tensor",
        ),
        (lambda: SymmetricCrossEntropy(0, 0), f"alpha=0: must be above 0 where beta=0: {NOTHING}"),
        (lambda: BinarySymmetricCrossEntropy(0, 0.0, -2), f"alpha=0: must be above 0 where beta=0.0: {NOTHING}"),
        (
            lambda: ActivePassive(CrossEntropy(), CrossEntropy(), 0.0, 0),
            f"alpha=0.0: must be above 0 where beta=0: {NOTHING}",
        ),
        (lambda: SymmetricCrossEntropy(1, 1, 0), "log_zero=0: must be a number in (-inf, 0)"),
        (lambda: LabelSmoothing(1.1), "epsilon=1.1: must be a number in [0, 1]"),
        (lambda: LabelSmoothing(-0.1), "epsilon=-0.1: must be a number in [0, 1]"),
        (lambda: GeneralizedCrossEntropy(0), "q=0: must be a number in (0, 1]"),
        (lambda: GeneralizedCrossEntropy(1.5), "q=1.5: must be a number in (0, 1]"),
        (lambda: Bootstrap(2, True), "beta=2: must be a number in [0, 1]"),
        (lambda: Bootstrap(0.8, "yes"), "hard=yes: must be true or false"),
        (lambda: FocalLoss(-1), "gamma=-1: must be a number in [0, inf)"),
        (lambda: ActivePassive(CrossEntropy(), CrossEntropy(), -1, 1), "alpha=-1: must be a number in [0, inf)"),
        (lambda: ActivePassive(CrossEntropy(), CrossEntropy(), 1, -1), "beta=-1: must be a number in [0, inf)"),
        (lambda: ActivePassive("nce", CrossEntropy(), 1, 1), "active=nce: must be a Loss of sl.losses"),
        (lambda: ActivePassive(CrossEntropy(), None, 1, 1), "passive=None: must be a Loss of sl.losses"),
        (lambda: PHuberCrossEntropy(0.5), "tau=0.5: must be a number in [1, inf)"),
        (lambda: AsymmetricGeneralizedCrossEntropy(0, 1), "a=0: must be a number in (0, inf)"),
        (lambda: AsymmetricGeneralizedCrossEntropy(1, 0), "q=0: must be a number in (0, inf)"),
        (lambda: JointOptimization(-1, 0), "alpha=-1: must be a number in [0, inf)"),
        (lambda: JointOptimization(0, -1), "beta=-1: must be a number in [0, inf)"),
        (lambda: EarlyLearningRegularization(1, 3, 10, 4), "beta=1: must be a number in [0, 1)"),
        (lambda: EarlyLearningRegularization(0.7, -1, 10, 4), "lambda_=-1: must be a number in [0, inf)"),
        (lambda: EarlyLearningRegularization(0.7, 3, 0, 4), "num_examples=0: must be a whole number of at least 1"),
        (lambda: EarlyLearningRegularization(0.7, 3, 10, 1), "num_classes=1: must be a whole number of at least 2"),
        (lambda: DimensionalityDriven(1.5, 5, 20), "start=1.5: must be a number in [0, 1]"),
        (lambda: DimensionalityDriven(0.3, 1, 20), "window=1: must be a whole number of at least 2"),
        (lambda: DimensionalityDriven(0.3, 5, 1), "neighbours=1: must be a whole number of at least 2"),
    ],
)
def test_parameters_out_of_range(build: Callable[[], Loss], line: str) -> None:
    with pytest.raises(UserError) as error:
        build()
    assert str(error.value) == line
