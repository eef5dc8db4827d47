"""`p_min`: cross entropy with probabilities clipped from below, as in Keras and the code published with SL."""

from collections.abc import Callable

import pytest
import torch
from hydra.utils import instantiate
from loss_table import TRANSITION, composed
from torch import Tensor

from sl.losses import CrossEntropy, LabelSmoothing, Loss, SymmetricCrossEntropy

P_MIN = 1e-7
LOGITS = torch.tensor([[0.0, 10.0, 20.0], [3.0, 2.0, 1.0]], dtype=torch.float64)
LABELS = torch.tensor([0, 0])  # the first has p_y = 2e-9, the second 0.67


def keras_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Keras 2.2's own steps: softmax, clip, -sum q log p."""
    p = logits.softmax(1).clamp(P_MIN, 1 - P_MIN)
    return -(torch.eye(logits.shape[1], dtype=p.dtype)[labels] * p.log()).sum(1).mean()


def keras_symmetric(logits: Tensor, labels: Tensor) -> Tensor:
    """The formula of the paper with the published code's clips: p at 1e-7 in CE, q at 1e-4 in RCE."""
    p, q = logits.softmax(1), torch.eye(logits.shape[1], dtype=logits.dtype)[labels]
    ce = -(q * p.clamp(P_MIN, 1).log()).sum(1)
    return (0.1 * ce - (p * q.clamp(1e-4, 1).log()).sum(1)).mean()


@pytest.mark.parametrize(
    ("loss", "published"),
    [
        (CrossEntropy(p_min=P_MIN), keras_cross_entropy),
        (SymmetricCrossEntropy(0.1, 1.0, p_min=P_MIN), keras_symmetric),
    ],
)
def test_value_and_gradient_are_those_of_the_published_code(
    loss: Loss, published: Callable[[Tensor, Tensor], Tensor]
) -> None:
    ours, theirs = LOGITS.clone().requires_grad_(), LOGITS.clone().requires_grad_()
    value, expected = loss(ours, LABELS), published(theirs, LABELS)
    value.backward()
    expected.backward()
    torch.testing.assert_close(value, expected)
    torch.testing.assert_close(ours.grad, theirs.grad)


def test_a_distribution_is_compared_with_the_clipped_probabilities() -> None:
    target = 0.9 * torch.eye(3, dtype=torch.float64)[LABELS] + 0.1 / 3
    expected = -(target * LOGITS.softmax(1).clamp(P_MIN, 1).log()).sum(1)
    ce = CrossEntropy("none", P_MIN)
    torch.testing.assert_close(ce(LOGITS, target), expected)
    torch.testing.assert_close(LabelSmoothing(0.1, "none", ce)(LOGITS, LABELS), expected)


CLIPPED = ["ce", "sl", "lsr", "bootstrap_hard", "bootstrap_soft", "forward", "d2l"]
CLIPPED += [f"{name}_sl" for name in ("lsr", "bootstrap", "forward", "d2l")]


@pytest.mark.parametrize("name", CLIPPED)
def test_the_recipe_s_p_min_reaches_every_cross_entropy_of_the_loss(name: str) -> None:
    given = {"transition": TRANSITION} if name.startswith("forward") else {}
    loss = instantiate(composed(name, P_MIN), **given)
    found = [part.p_min for part in loss.modules() if isinstance(part, CrossEntropy)]
    assert found
    assert set(found) == {P_MIN}
