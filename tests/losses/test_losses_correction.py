"""Forward and backward correction: what T = I, impossible labels and the mean over noise give."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from loss_table import CLASSES, TRANSITION, batch
from torch.utils._python_dispatch import TorchDispatchMode

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


SWAPPED = torch.eye(CLASSES, dtype=torch.float64).roll(1, dims=0)  # T keeps nothing
NEVER_ZERO = torch.tensor([[0.0, 0.5, 0.5, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.1, 0.0, 0.9]])
MATRICES = {"dense": torch.eye(4) * 0.6 + 0.1, "sparse": TRANSITION, "swapped": SWAPPED, "never zero": NEVER_ZERO}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("scale", [1.0, 30.0, 100.0])
@pytest.mark.parametrize("name", MATRICES)
def test_forward_of_a_soft_target_is_the_mean_over_noisy_labels(name: str, scale: float, dtype: torch.dtype) -> None:
    """Value and gradient; predictions of the larger scales underflow in single precision."""
    logits, labels = batch(scale=scale)
    target = torch.nn.functional.one_hot(labels, CLASSES) * 0.7 + 0.075
    loss = ForwardCorrection(MATRICES[name], "none")
    found, expected = (logits.to(dtype).requires_grad_() for _ in range(2))
    of_label = [loss(expected, torch.full_like(labels, label)) for label in range(CLASSES)]
    value, mean = loss(found, target.to(dtype)), (target * torch.stack(of_label, dim=1)).sum(dim=1).to(dtype)
    torch.testing.assert_close(value, mean, rtol=1e-6, atol=1e-6)
    gradients = (torch.autograd.grad(one.sum(), leaf)[0] for one, leaf in ((value, found), (mean, expected)))
    torch.testing.assert_close(*gradients, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", MATRICES)
def test_forward_of_a_soft_target_is_finite_at_extreme_logits(name: str) -> None:
    logits = (1e4 * batch()[0].sign()).float().requires_grad_()
    value = ForwardCorrection(MATRICES[name])(logits, torch.full((len(logits), CLASSES), 1 / CLASSES))
    assert value.isfinite()
    assert torch.autograd.grad(value, logits)[0].isfinite().all()


def test_identity_gives_cross_entropy_of_extreme_logits_with_soft_targets_too() -> None:
    logits, labels = batch(scale=1e4)
    hot = torch.nn.functional.one_hot(labels, CLASSES).double()
    loss = ForwardCorrection(torch.eye(CLASSES), "none")
    torch.testing.assert_close(loss(logits, hot), CrossEntropy("none")(logits, labels))


class Largest(TorchDispatchMode):
    """Remembers the number of elements of the largest tensor that is made."""

    elements = 0

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = function(*args, **(kwargs or {}))
        tensors = made if isinstance(made, tuple | list) else [made]
        sizes = [one.numel() for one in tensors if isinstance(one, torch.Tensor)]
        self.elements = max([self.elements, *sizes])
        return made


def test_forward_of_soft_targets_makes_nothing_of_n_times_k_squared() -> None:
    examples, classes = 30, 40
    loss = ForwardCorrection(torch.full((classes, classes), 1 / classes))
    logits = torch.randn(examples, classes, generator=torch.Generator().manual_seed(0)).requires_grad_()
    with Largest() as largest:
        loss(logits, torch.full((examples, classes), 1 / classes)).backward()
    assert 0 < largest.elements <= 2 * classes**2


@both
def test_transition_follows_the_module_and_is_not_trained(correction: type[Correction]) -> None:
    loss = correction(TRANSITION.clone().requires_grad_())
    assert torch.equal(loss.transition, TRANSITION)
    assert dict(loss.named_buffers()).keys() >= {"transition"}
    assert not any(buffer.requires_grad for buffer in loss.buffers())


@both
@pytest.mark.parametrize(
    ("transition", "message"),
    [
        ("noise", r"^transition=noise: must hold real numbers: a tensor, a NumPy array or lists of equal length$"),
        (torch.eye(2, dtype=torch.complex64), "^transition=Tensor: must hold real numbers"),
        (np.eye(2, dtype=bool), "^transition=ndarray: must hold real numbers"),
        (torch.ones(2, 3) / 3, r"^transition: must be \(K, K\) float64, not \(2, 3\) float64$"),
    ],
    ids=["word", "complex", "true and false", "not square"],
)
def test_not_a_transition_matrix(correction: type[Correction], transition: Any, message: str) -> None:
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
    with pytest.raises(UserError, match="logits=5 classes: must have 4, the number of classes of transition"):
        correction(TRANSITION)(torch.zeros(2, 5), torch.tensor([0, 1]))
