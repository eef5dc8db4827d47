"""Other methods with SL, or another term, in place of their cross entropy."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from loss_table import TRANSITION, batch
from torch import Tensor

from sl.errors import UserError
from sl.losses import Bootstrap, CrossEntropy, ForwardCorrection, LabelSmoothing, Loss, SymmetricCrossEntropy, Term
from sl.losses.reverse_cross_entropy import ReverseCrossEntropy

METHODS: dict[str, Callable[[Term | None], Loss]] = {
    "forward": lambda term: ForwardCorrection(TRANSITION, "none", term),
    "lsr": lambda term: LabelSmoothing(0.1, "none", term),
    "bootstrap_hard": lambda term: Bootstrap(0.8, True, "none", term),
    "bootstrap_soft": lambda term: Bootstrap(0.95, False, "none", term),
}
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


@every_method
@pytest.mark.parametrize("scale", [3.0, 1e4])
def test_without_the_reverse_part_it_is_the_original(method: Callable[[Term | None], Loss], scale: float) -> None:
    logits, labels = batch(scale=scale)
    boosted = method(SymmetricCrossEntropy(alpha=1, beta=0))(logits, labels)
    assert torch.equal(boosted, method(None)(logits, labels))
    assert torch.equal(boosted, method(CrossEntropy())(logits, labels))


@every_method
def test_is_the_weighted_sum_of_its_parts(method: Callable[[Term | None], Loss]) -> None:
    logits, labels = batch()
    parts = 0.3 * method(CrossEntropy())(logits, labels) + 2 * method(ReverseCrossEntropy(-5))(logits, labels)
    torch.testing.assert_close(method(SymmetricCrossEntropy(0.3, 2, -5))(logits, labels), parts)


def test_gradient_of_soft_bootstrap_is_the_numerical_one() -> None:
    """Those of the other methods: test_losses_table.py."""
    logits, labels = batch(examples=8, scale=1.0)
    loss = METHODS["bootstrap_soft"](SymmetricCrossEntropy(0.1, 1))
    assert torch.autograd.gradcheck(lambda z: loss(z, labels), logits.requires_grad_())


@every_method
@pytest.mark.parametrize("log_zero", [-1e-3, -4.0, -200.0])
def test_finite_at_extreme_logits(method: Callable[[Term | None], Loss], log_zero: float) -> None:
    logits, labels = batch(scale=1e4)
    leaf = logits.float().requires_grad_()
    value = method(SymmetricCrossEntropy(0.1, 1, log_zero))(leaf, labels)
    value.sum().backward()
    assert value.isfinite().all()
    assert leaf.grad is not None
    assert leaf.grad.isfinite().all()


@pytest.mark.parametrize(
    "method",
    [
        lambda term: ForwardCorrection(torch.eye(4, dtype=torch.float64), "none", term),
        lambda term: LabelSmoothing(0, "none", term),
        lambda term: Bootstrap(1, True, "none", term),
        lambda term: Bootstrap(1, False, "none", term),
    ],
    ids=METHODS,
)
@pytest.mark.parametrize("log_zero", [-4.0, -200.0])
def test_a_method_that_changes_nothing_leaves_sl(method: Callable[[Term | None], Loss], log_zero: float) -> None:
    logits, labels = batch()
    sl = SymmetricCrossEntropy(0.1, 1, log_zero, "none")
    values, expected = method(sl)(logits.float(), labels), sl(logits.float(), labels)
    torch.testing.assert_close(values, expected, rtol=1e-5, atol=1e-6 * -log_zero)


def soft_reverse(p: Tensor, target: list[float], log_zero: float) -> float:
    logs = np.maximum(np.log(np.maximum(target, 1e-300)), log_zero)
    return float(-(p.numpy() * logs).sum())


@pytest.mark.parametrize("log_zero", [-2.0, -4.0, -9.0])
@pytest.mark.parametrize("target", [[0.9, 0.05, 0.05], [0.98, 0.02, 0.0], [1.0, 1e-30, 0.0]])
def test_reverse_cross_entropy_of_a_distribution(target: list[float], log_zero: float) -> None:
    """log 0 is A, and so is the log of anything below e^A."""
    p = torch.tensor([[0.7, 0.2, 0.1]])
    value = ReverseCrossEntropy(log_zero).of_target(p.log(), torch.tensor([target]))
    assert value.item() == pytest.approx(soft_reverse(p, target, log_zero), rel=1e-6)


@every_method
def test_the_term_must_be_one(method: Callable[[object], Loss]) -> None:
    with pytest.raises(UserError, match="term=sl: must be a Term of "):
        method("sl")
