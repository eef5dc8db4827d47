"""RCE and MAE: the identities behind their tolerance of noise."""

import math

import pytest
import torch
from loss_table import CLASSES, batch

from sl.losses import LOG_ZERO, MeanAbsoluteError, ReverseCrossEntropy


def test_log_zero_is_the_clip_of_the_published_code() -> None:
    assert math.log(1e-4) == LOG_ZERO


@pytest.mark.parametrize("log_zero", [-1, -4, LOG_ZERO])
def test_is_minus_a_times_the_rest(log_zero: float) -> None:
    logits, labels = batch()
    p_label = logits.softmax(dim=1)[torch.arange(len(labels)), labels]
    torch.testing.assert_close(ReverseCrossEntropy(log_zero, "none")(logits, labels), -log_zero * (1 - p_label))


def test_mean_absolute_error_is_it_at_minus_two() -> None:
    logits, labels = batch()
    torch.testing.assert_close(
        MeanAbsoluteError("none")(logits, labels), ReverseCrossEntropy(-2, "none")(logits, labels)
    )


def over_all_labels(loss: ReverseCrossEntropy, logits: torch.Tensor) -> torch.Tensor:
    """(N, K): the loss of every example with every label."""
    each = [loss(logits, torch.full((len(logits),), label)) for label in range(CLASSES)]
    return torch.stack(each, dim=1)


def test_sums_to_a_constant_over_labels() -> None:
    logits, _ = batch()
    total = over_all_labels(ReverseCrossEntropy(reduction="none"), logits).sum(dim=1)
    torch.testing.assert_close(total, torch.full_like(total, -(CLASSES - 1) * LOG_ZERO))


@pytest.mark.parametrize("rate", [0.2, 0.6])
def test_symmetric_noise_scales_the_risk(rate: float) -> None:
    """Theorem 1's step: the risk under noise is (1 - rate K / (K - 1)) times the clean one, minus A rate."""
    logits, labels = batch()
    losses = over_all_labels(ReverseCrossEntropy(reduction="none"), logits)
    clean = losses[torch.arange(len(labels)), labels]
    noisy = (1 - rate) * clean + rate / (CLASSES - 1) * (losses.sum(dim=1) - clean)
    torch.testing.assert_close(noisy, (1 - rate * CLASSES / (CLASSES - 1)) * clean - LOG_ZERO * rate)
