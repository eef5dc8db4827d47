"""Forward and backward correction: what T = I, impossible labels and the mean over noise give."""

import math

import pytest
import torch
from loss_table import CLASSES, TRANSITION, batch

from sl.errors import UserError
from sl.losses import BackwardCorrection, CrossEntropy, ForwardCorrection
from sl.losses.correction import Correction

both = pytest.mark.parametrize("correction", [ForwardCorrection, BackwardCorrection])


@both
@pytest.mark.parametrize("scale", [3.0, 1e4])
def test_identity_gives_cross_entropy(correction: type[Correction], scale: float) -> None:
    logits, labels = batch(scale=scale)
    loss = correction(torch.eye(CLASSES, dtype=torch.float64), "none")
    torch.testing.assert_close(loss(logits, labels), CrossEntropy("none")(logits, labels))


def test_backward_is_unbiased() -> None:
    """Averaged over the noisy labels that T gives a clean one, it is the clean label's cross entropy."""
    logits, labels = batch()
    loss = BackwardCorrection(TRANSITION, "none")
    noisy = torch.stack([loss(logits, torch.full_like(labels, label)) for label in range(CLASSES)], dim=1)
    torch.testing.assert_close((TRANSITION[labels] * noisy).sum(dim=1), CrossEntropy("none")(logits, labels))


def test_forward_is_least_where_the_noisy_prediction_fits() -> None:
    """With labels drawn through T from clean class 0, no prediction has less loss than p = (1, 0, ..)."""
    loss, labels = ForwardCorrection(TRANSITION, "none"), torch.arange(CLASSES)
    certain = torch.tensor([50.0, 0.0, 0.0, 0.0]).repeat(CLASSES, 1).double()
    least = (TRANSITION[0] * loss(certain, labels)).sum()
    for row in batch()[0]:
        assert (TRANSITION[0] * loss(row.repeat(CLASSES, 1), labels)).sum() >= least


def test_forward_gives_an_impossible_label_a_constant() -> None:
    never_zero = torch.tensor([[0.0, 0.5, 0.5], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    logits = torch.tensor([[1e4, -1e4, 0.0], [0.1, 0.2, 0.3]], requires_grad=True)
    value = ForwardCorrection(never_zero, "none")(logits, torch.tensor([0, 0]))
    value.sum().backward()
    torch.testing.assert_close(value.detach(), torch.full((2,), -math.log(torch.finfo(torch.float32).tiny)))
    assert logits.grad is not None
    torch.testing.assert_close(logits.grad, torch.zeros_like(logits), rtol=0, atol=1e-6)


@both
def test_transition_follows_the_module_and_is_not_trained(correction: type[Correction]) -> None:
    loss = correction(TRANSITION)
    assert torch.equal(loss.transition, TRANSITION)
    assert dict(loss.named_buffers()).keys() >= {"transition"}
    assert not any(buffer.requires_grad for buffer in loss.buffers())


@both
@pytest.mark.parametrize(
    ("transition", "message"),
    [
        ("noise", r"^transition=noise: must hold real numbers: a tensor, a NumPy array or lists of equal length$"),
        (torch.ones(2, 3) / 3, r"^transition: must be \(K, K\) float64, not \(2, 3\) float64$"),
    ],
    ids=["word", "not square"],
)
def test_not_a_transition_matrix(correction: type[Correction], transition: torch.Tensor, message: str) -> None:
    with pytest.raises(UserError, match=message):
        correction(transition)


@both
@pytest.mark.parametrize("given", [TRANSITION.numpy(), TRANSITION.tolist()], ids=["array", "lists"])
def test_transition_may_be_an_array_or_lists(correction: type[Correction], given: object) -> None:
    assert torch.equal(correction(given).transition, TRANSITION)


@both
def test_transition_may_be_of_single_precision(correction: type[Correction]) -> None:
    logits, labels = batch()
    single = correction(TRANSITION.float())(logits, labels)
    torch.testing.assert_close(single, correction(TRANSITION)(logits, labels), rtol=1e-6, atol=0)


def test_backward_needs_an_inverse() -> None:
    rate = 0.75  # symmetric noise at 1 - 1/K leaves nothing of the label
    transition = torch.full((4, 4), rate / 3, dtype=torch.float64).fill_diagonal_(1 - rate)
    with pytest.raises(UserError, match="transition=a 4 x 4 matrix of rank 1: must be invertible"):
        BackwardCorrection(transition)
    ForwardCorrection(transition)


@both
def test_logits_of_other_classes(correction: type[Correction]) -> None:
    with pytest.raises(UserError, match="logits=5 classes: must have 4, as transition has"):
        correction(TRANSITION)(torch.zeros(2, 5), torch.tensor([0, 1]))
