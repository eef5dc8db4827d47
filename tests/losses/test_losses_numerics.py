"""Every loss at the edge of what floating point holds: extreme logits, half precision, autocast."""

import pytest
import torch
from loss_table import CLASSES, ROWS, batch
from torch import Tensor

from sl.losses import AsymmetricGeneralizedCrossEntropy, GeneralizedCrossEntropy

EXTREME = 1e4
every_loss = pytest.mark.parametrize("name", ROWS)


def value_and_gradient(name: str, logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    leaf = logits.clone().requires_grad_()
    value = ROWS[name].loss(leaf, labels)
    return value.detach(), torch.autograd.grad(value.sum(), leaf)[0]


def extreme_batch() -> tuple[Tensor, Tensor]:
    """Every row of logits from {-1e4, 0, 1e4}^K with every label."""
    levels = torch.tensor([-EXTREME, 0.0, EXTREME])
    rows = torch.cartesian_prod(*[levels] * CLASSES)
    return rows.repeat_interleave(CLASSES, dim=0), torch.arange(CLASSES).repeat(len(rows))


@every_loss
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_finite_at_extreme_logits(name: str, dtype: torch.dtype) -> None:
    logits, labels = extreme_batch()
    value, gradient = value_and_gradient(name, logits.to(dtype), labels)
    assert value.isfinite().all()
    assert gradient.isfinite().all()


@every_loss
@pytest.mark.parametrize("sign", [1, -1])
def test_finite_and_right_on_the_way_there(name: str, sign: int) -> None:
    """One logit goes away from the others, through underflow, rounding to one and saturation.

    Near -1e4 float32 holds a log p to about 1e-3, which is what gradients made of its exponential can be right to.
    """
    gap = torch.logspace(-8, 4, 400)
    logits = torch.linspace(-1, 1, CLASSES).repeat(len(gap), 1)
    logits[:, 1] = sign * gap
    for label in range(CLASSES):
        labels = torch.full_like(gap, label, dtype=torch.int64)
        value, gradient = value_and_gradient(name, logits, labels)
        exact_value, exact_gradient = value_and_gradient(name, logits.double(), labels)
        torch.testing.assert_close(value.double(), exact_value, rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(gradient.double(), exact_gradient, rtol=2e-3, atol=1e-5)


@pytest.mark.parametrize("a", [1e-6, 5e-8, 1e-8, 1e-30])
def test_agce_is_gce_where_a_vanishes(a: float) -> None:
    """Also at a probability of 0, where the slope of p^q is infinite."""
    logits = torch.tensor([[0.0, 1.0, 0.5], [0.0, 30.0, 0.0], [0.0, 1e4, 0.0]], requires_grad=True)
    labels = torch.zeros(3, dtype=torch.int64)
    values, gradients = [], []
    for loss in (AsymmetricGeneralizedCrossEntropy(a=a, q=0.6), GeneralizedCrossEntropy(q=0.6)):
        value = loss(logits, labels)
        values.append(value)
        gradients.append(*torch.autograd.grad(value, logits))
    torch.testing.assert_close(*values, rtol=0, atol=1e-3)
    torch.testing.assert_close(*gradients, rtol=0, atol=1e-3)


@pytest.mark.parametrize("name", ["ce", "gce", "rce", "sl", "mae", "bootstrap_hard", "bootstrap_soft", "focal"])
def test_no_gradient_where_the_label_is_certain(name: str) -> None:
    logits = EXTREME * torch.eye(CLASSES)
    _, gradient = value_and_gradient(name, logits, torch.arange(CLASSES))
    assert not gradient.any()


@every_loss
def test_double_stays_double_under_autocast(name: str) -> None:
    logits, labels = batch()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        value = ROWS[name].loss(logits, labels)
    assert torch.equal(value, ROWS[name].loss(logits, labels))
    assert value.dtype == torch.float64
