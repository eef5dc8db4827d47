"""SL: its parts, its closed-form gradient, and what A does."""

import pytest
import torch
from loss_table import CLASSES, batch
from torch import nn

from sl.losses import CrossEntropy, ReverseCrossEntropy, SymmetricCrossEntropy


def test_alpha_one_beta_zero_is_cross_entropy() -> None:
    logits, labels = batch()
    torch.testing.assert_close(SymmetricCrossEntropy(1, 0)(logits, labels), nn.CrossEntropyLoss()(logits, labels))


def test_alpha_zero_is_the_reverse_term_alone() -> None:
    logits, labels = batch()
    torch.testing.assert_close(
        SymmetricCrossEntropy(0, 5, -4)(logits, labels), 5 * ReverseCrossEntropy(-4)(logits, labels)
    )


def test_is_the_weighted_sum_of_its_parts() -> None:
    logits, labels = batch()
    expected = 6.0 * CrossEntropy()(logits, labels) + 0.1 * ReverseCrossEntropy(-6)(logits, labels)
    torch.testing.assert_close(SymmetricCrossEntropy(6.0, 0.1, -6)(logits, labels), expected)


@pytest.mark.parametrize(("alpha", "beta", "log_zero"), [(1, 1, -6), (0.1, 1.0, -9.21), (6.0, 0.1, -4), (0, 1, -4)])
def test_gradient_is_the_papers(alpha: float, beta: float, log_zero: float) -> None:
    """j = y: (p_j - 1) - (A p_j^2 - A p_j); j != y: p_j - A p_j p_y, each part with its weight."""
    logits, labels = batch()
    logits.requires_grad_()
    SymmetricCrossEntropy(alpha, beta, log_zero, "sum")(logits, labels).backward()
    p = logits.detach().softmax(dim=1)
    expected = torch.empty_like(p)
    for row, label in enumerate(labels.tolist()):
        for j in range(CLASSES):
            p_j, p_y = p[row, j], p[row, label]
            if j == label:
                expected[row, j] = alpha * (p_j - 1) - beta * (log_zero * p_j**2 - log_zero * p_j)
            else:
                expected[row, j] = alpha * p_j - beta * log_zero * p_j * p_y
    torch.testing.assert_close(logits.grad, expected, rtol=1e-12, atol=1e-14)


def test_only_the_product_of_beta_and_log_zero_matters() -> None:
    logits, labels = batch()
    torch.testing.assert_close(
        SymmetricCrossEntropy(0.1, 1.0, -6)(logits, labels), SymmetricCrossEntropy(0.1, 1.5, -4)(logits, labels)
    )
