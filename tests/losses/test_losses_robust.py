"""PHuber, AGCE and joint optimisation: what their papers say of them."""

import pytest
import torch
from loss_table import CLASSES, batch

from sl.losses import (
    AsymmetricGeneralizedCrossEntropy,
    CrossEntropy,
    GeneralizedCrossEntropy,
    JointOptimization,
    MeanAbsoluteError,
    PHuberCrossEntropy,
)


@pytest.mark.parametrize("tau", [1.0, 2.0, 10.0])
def test_phuber_clips_the_slope_in_the_probability(tau: float) -> None:
    """d loss / d p_y = max(-1 / p_y, -tau), found here by central differences."""
    p, step = torch.linspace(0.01, 0.99, 99, dtype=torch.float64), 1e-6
    p = p[(p - 1 / tau).abs() > 2 * step]

    def value(p_y: torch.Tensor) -> torch.Tensor:
        logits = torch.stack([p_y, 1 - p_y], dim=1).log()
        return PHuberCrossEntropy(tau, "none")(logits, torch.zeros(len(p_y), dtype=torch.int64))

    slope = (value(p + step) - value(p - step)) / (2 * step)
    torch.testing.assert_close(slope, (-1 / p).clamp(min=-tau), rtol=1e-6, atol=1e-8)


def test_phuber_scales_the_gradient_of_cross_entropy() -> None:
    logits, labels = batch()
    tau, gradients = 10.0, []
    for loss in (PHuberCrossEntropy(tau, "sum"), CrossEntropy("sum")):
        leaf = logits.clone().requires_grad_()
        gradients.append(torch.autograd.grad(loss(leaf, labels), leaf)[0])
    p_y = logits.softmax(dim=1).gather(1, labels[:, None])
    assert (p_y < 1 / tau).any()
    torch.testing.assert_close(gradients[0], (tau * p_y).clamp(max=1) * gradients[1])


def test_phuber_lies_between_the_absolute_error_and_cross_entropy() -> None:
    logits, labels = batch()
    torch.testing.assert_close(PHuberCrossEntropy(1)(logits, labels), MeanAbsoluteError()(logits, labels) / 2)
    torch.testing.assert_close(PHuberCrossEntropy(1e12)(logits, labels), CrossEntropy()(logits, labels))


def test_agce_nears_gce() -> None:
    logits, labels = batch()
    loss = AsymmetricGeneralizedCrossEntropy(1e-9, 0.7)
    torch.testing.assert_close(loss(logits, labels), GeneralizedCrossEntropy(0.7)(logits, labels), rtol=1e-5, atol=0)


@pytest.mark.parametrize("a", [0.1, 1.0, 6.0])
def test_agce_at_one_is_half_the_absolute_error(a: float) -> None:
    logits, labels = batch()
    loss = AsymmetricGeneralizedCrossEntropy(a, 1)
    torch.testing.assert_close(loss(logits, labels), MeanAbsoluteError()(logits, labels) / 2)


@pytest.mark.parametrize(
    ("a", "q", "p_y", "expected"),
    [(1, 2, 0.0, 1.5), (1, 2, 0.5, 0.875), (1, 2, 1.0, 0.0), (3, 0.5, 0.0, 4 - 2 * 3**0.5), (2, 3, 0.5, 91 / 24)],
)
def test_agce_values(a: float, q: float, p_y: float, expected: float) -> None:
    logits = torch.tensor([[p_y, 1 - p_y]], dtype=torch.float64).clamp(min=1e-300).log()
    value = AsymmetricGeneralizedCrossEntropy(a, q)(logits, torch.tensor([0]))
    assert value.item() == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize("weights", [(3.0, 1.0), (2.0, 1.5)])
def test_agce_of_q_above_one_is_asymmetric(weights: tuple[float, float]) -> None:
    """However little more often a label is right than wrong, the least expected loss is at certainty of it."""
    p = torch.linspace(0, 1, 1001, dtype=torch.float64).clamp(1e-300, 1)
    logits = torch.stack([p, 1 - p], dim=1).clamp(min=1e-300).log()
    loss = AsymmetricGeneralizedCrossEntropy(1, 2, "none")
    expected = sum(weight * loss(logits, torch.full((1001,), label)) for label, weight in enumerate(weights))
    assert expected.argmin() == 1000


def test_joint_optimisation_prefers_balance_and_certainty() -> None:
    """One-hot predictions of all classes in turn cost their cross entropy alone; all of one class cost most."""
    labels = torch.arange(CLASSES)
    certain = 50 * torch.eye(CLASSES, dtype=torch.float64)
    loss = JointOptimization(1.2, 0.8)
    assert loss(certain, labels).item() == pytest.approx(0, abs=1e-9)
    collapsed = certain[:1].repeat(CLASSES, 1)
    extra = loss(collapsed, torch.zeros_like(labels)) - CrossEntropy()(collapsed, torch.zeros_like(labels))
    assert extra.item() > 10
