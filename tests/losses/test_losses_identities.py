"""The other losses: where each becomes another one."""

import pytest
import torch
from loss_table import CLASSES, batch
from torch import nn

from sl.losses import (
    ActivePassive,
    Bootstrap,
    CrossEntropy,
    FocalLoss,
    GeneralizedCrossEntropy,
    JointOptimization,
    LabelSmoothing,
    Loss,
    MeanAbsoluteError,
    NormalizedCrossEntropy,
)


@pytest.mark.parametrize(
    "loss",
    [
        CrossEntropy(),
        LabelSmoothing(0),
        Bootstrap(1, hard=True),
        Bootstrap(1, hard=False),
        FocalLoss(0),
        ActivePassive(CrossEntropy(), MeanAbsoluteError(), 1, 0),
        JointOptimization(0, 0),
    ],
    ids=lambda loss: type(loss).__name__,
)
def test_becomes_cross_entropy(loss: Loss) -> None:
    logits, labels = batch()
    torch.testing.assert_close(loss(logits, labels), nn.CrossEntropyLoss()(logits, labels))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_generalized_cross_entropy_nears_cross_entropy(dtype: torch.dtype) -> None:
    """Also in float32, where 1 - p^q would have lost every digit."""
    logits, labels = batch()
    torch.testing.assert_close(
        GeneralizedCrossEntropy(1e-9)(logits.to(dtype), labels), CrossEntropy()(logits.to(dtype), labels)
    )


def test_generalized_cross_entropy_at_one_is_half_the_mean_absolute_error() -> None:
    logits, labels = batch()
    torch.testing.assert_close(GeneralizedCrossEntropy(1)(logits, labels), MeanAbsoluteError()(logits, labels) / 2)


@pytest.mark.parametrize("epsilon", [0.1, 0.5, 1.0])
def test_label_smoothing_is_that_of_torch(epsilon: float) -> None:
    logits, labels = batch()
    expected = nn.CrossEntropyLoss(label_smoothing=epsilon)(logits, labels)
    torch.testing.assert_close(LabelSmoothing(epsilon)(logits, labels), expected)


def test_normalized_cross_entropy_is_a_share() -> None:
    logits, _ = batch()
    loss = NormalizedCrossEntropy("none")
    shares = torch.stack([loss(logits, torch.full((len(logits),), label)) for label in range(CLASSES)])
    assert (shares >= 0).all()
    assert (shares <= 1).all()
    torch.testing.assert_close(shares.sum(dim=0), torch.ones(len(logits), dtype=torch.float64))


def test_soft_bootstrap_at_zero_is_the_entropy() -> None:
    logits, labels = batch()
    expected = torch.distributions.Categorical(logits=logits).entropy().mean()
    torch.testing.assert_close(Bootstrap(0, hard=False)(logits, labels), expected)


def test_hard_bootstrap_at_zero_believes_the_network() -> None:
    logits, labels = batch()
    expected = nn.CrossEntropyLoss()(logits, logits.argmax(dim=1))
    torch.testing.assert_close(Bootstrap(0, hard=True)(logits, labels), expected)


def test_a_part_does_not_bring_its_reduction() -> None:
    logits, labels = batch()
    parts = [ActivePassive(CrossEntropy(part), MeanAbsoluteError(part), 1, 1) for part in ("mean", "sum", "none")]
    values = {part(logits, labels).item() for part in parts}
    assert len(values) == 1
