"""Soft targets: each loss's definition with a distribution in the place of the one-hot label."""

import numpy as np
import pytest
import torch
from loss_table import CLASSES, ROWS, Array, batch, make
from torch import Tensor

from sl.errors import UserError
from sl.losses import DimensionalityDriven, EarlyLearningRegularization, FocalLoss, SymmetricCrossEntropy

every_loss = pytest.mark.parametrize("name", ROWS)
OF_ONE_LABEL = {"gce", "focal", "phuber", "agce"}  # written in terms of p_y: a soft target gives the mean over labels
LINEAR = {"ce", "backward", "forward", "nce", "joint"} | OF_ONE_LABEL


def soft_batch() -> tuple[Tensor, Tensor]:
    """Logits and targets (N, K), some of them with zeros, as mixup makes."""
    logits, labels = batch()
    hot = torch.nn.functional.one_hot(labels, CLASSES).double()
    share = torch.linspace(0, 1, len(labels), dtype=torch.float64)[:, None]
    return logits, share * hot + (1 - share) * hot.roll(1, dims=0)


def expected(name: str, p: Array, target: Array) -> Array:
    formula = ROWS[name].formula
    if name not in OF_ONE_LABEL:
        return formula(p, target)
    of_class = [formula(p, np.tile(np.eye(CLASSES)[k], (len(p), 1))) for k in range(CLASSES)]
    return (target * np.stack(of_class, axis=1)).sum(1)


@every_loss
def test_is_its_formula(name: str) -> None:
    logits, target = soft_batch()
    p = logits.softmax(dim=1).numpy()
    np.testing.assert_allclose(ROWS[name].loss(logits, target).numpy(), expected(name, p, target.numpy()), rtol=1e-12)


@every_loss
def test_one_hot_is_the_label(name: str) -> None:
    logits, labels = batch()
    hot = torch.nn.functional.one_hot(labels, CLASSES).double()
    torch.testing.assert_close(ROWS[name].loss(logits, hot), ROWS[name].loss(logits, labels))


@every_loss
def test_gradient_is_the_numerical_one(name: str) -> None:
    logits, target = soft_batch()
    assert torch.autograd.gradcheck(lambda z: make(name)(z, target[:6]), logits[:6].requires_grad_())


@every_loss
def test_finite_at_extreme_logits(name: str) -> None:
    logits, target = soft_batch()
    leaf = (1e4 * logits.sign()).float().requires_grad_()
    make(name, reduction="sum")(leaf, target.float()).backward()
    assert leaf.grad is not None
    assert leaf.grad.isfinite().all()


@every_loss
def test_weight_stands_inside_the_sum_or_is_refused(name: str) -> None:
    logits, target = soft_batch()
    weight = torch.tensor([0.5, 2.0, 0.0, 1.0], dtype=torch.float64)
    loss = make(name, weight=weight, reduction="none")
    if name not in LINEAR:
        with pytest.raises(UserError, match="weight: must not be given with soft targets for "):
            loss(logits, target)
        return
    each = torch.stack(
        [make(name, reduction="none")(logits, torch.full((len(logits),), k)) for k in range(CLASSES)], dim=1
    )
    torch.testing.assert_close(loss(logits, target), (weight * target * each).sum(dim=1))


@every_loss
def test_soft_targets_do_not_take_a_pass_for_each_class(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a thousand classes a thousand calls of `per_example` took seconds for one batch."""

    def refused(*arguments: Tensor) -> Tensor:
        raise AssertionError("a pass for one class")

    loss = make(name)
    for part in loss.modules():
        monkeypatch.setattr(type(part), "per_example", refused)
    assert loss(*soft_batch()).isfinite()


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_focal_loss_of_certain_predictions_is_the_mean_over_labels(gamma: float, dtype: torch.dtype) -> None:
    """Value and gradient, where 1 - p_k of the predicted class is far below the rounding error of 1, and in a tie."""
    logits = torch.tensor([[200.0, 1.0, 0.0], [12.0, -9.0, 0.0], [1.0, 1.0, -300.0]], dtype=dtype)
    target = torch.tensor([[0.2, 0.5, 0.3], [1.0, 0.0, 0.0], [0.4, 0.5, 0.1]], dtype=dtype)
    loss, found, expected = FocalLoss(gamma, "none"), logits.clone().requires_grad_(), logits.clone().requires_grad_()
    of_label = torch.stack([loss(expected, torch.full((3,), label)) for label in range(3)], dim=1)
    value, mean = loss(found, target), (target * of_label).sum(dim=1)
    torch.testing.assert_close(value, mean)
    gradients = (torch.autograd.grad(one.sum(), leaf)[0] for one, leaf in ((value, found), (mean, expected)))
    torch.testing.assert_close(*gradients)


def test_ignored_labels_are_hard_ones() -> None:
    with pytest.raises(UserError, match="ignore_index=0: must not be given with soft targets"):
        make("ce", ignore_index=0)(*soft_batch())


def test_early_learning_has_no_soft_targets() -> None:
    logits, target = soft_batch()
    with pytest.raises(UserError, match=r"labels=.*: must be torch.int64 of shape \(N,\)"):
        EarlyLearningRegularization(0.7, 3.0, 40, CLASSES)(logits, target, torch.arange(len(logits)))


def test_dimensionality_driven_adapts_a_soft_target() -> None:
    logits, target = soft_batch()
    sl = SymmetricCrossEntropy(0.1, 1.0, reduction="none")
    loss = DimensionalityDriven(0.3, 5, 20, "none", SymmetricCrossEntropy(0.1, 1.0))
    torch.testing.assert_close(loss(logits, target), sl(logits, target))
    loss.turned.fill_(True)
    loss.alpha.fill_(0.8)
    guess = torch.nn.functional.one_hot(logits.argmax(1), CLASSES)
    ce = -((0.8 * target + 0.2 * guess) * logits.log_softmax(1)).sum(1)
    torch.testing.assert_close(loss(logits, target), ce)
    weighted = DimensionalityDriven(0.3, 5, 20, weight=torch.ones(CLASSES))
    with pytest.raises(UserError, match="weight: must not be given with soft targets for DimensionalityDriven"):
        weighted(logits, target)
