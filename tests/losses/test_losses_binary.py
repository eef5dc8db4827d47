"""SL on sigmoid logits against binary cross entropy and the definition of RCE."""

import pytest
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from sl.errors import UserError
from sl.losses import BinarySymmetricCrossEntropy

A = -2.0


def batch() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    logits = 4 * torch.randn(5, 3, 2, generator=generator, dtype=torch.float64)
    return logits, torch.randint(0, 2, (5, 3, 2), generator=generator)


def formula(logits: Tensor, target: Tensor, alpha: float, beta: float) -> Tensor:
    """-alpha sum t log s - beta sum s max(log t, A), each over yes and no."""
    s = torch.stack([logits.sigmoid(), (-logits).sigmoid()])
    t = torch.stack([target, 1 - target]).double()
    return -(alpha * t * s.log() + beta * s * t.log().clamp(min=A)).sum(0)


@pytest.mark.parametrize("kind", ["labels", "floats", "soft"])
def test_is_its_formula(kind: str) -> None:
    logits, labels = batch()
    target = {"labels": labels, "floats": labels.double(), "soft": 0.8 * labels.double() + 0.1}[kind]
    loss = BinarySymmetricCrossEntropy(0.1, 6.0, A, "none")
    torch.testing.assert_close(loss(logits, target), formula(logits, target, 0.1, 6.0))


def test_without_reverse_term_it_is_that_of_torch() -> None:
    logits, labels = batch()
    expected = binary_cross_entropy_with_logits(logits, labels.double(), pos_weight=torch.tensor(3.0), reduction="none")
    weight = torch.tensor([1.0, 3.0])
    torch.testing.assert_close(BinarySymmetricCrossEntropy(1, 0, A, "none", weight=weight)(logits, labels), expected)


def test_the_mean_divides_by_the_weights_of_the_labels() -> None:
    logits, labels = batch()
    weight = torch.tensor([1.0, 3.0])
    each, weights = formula(logits, labels, 0.1, 1), weight[labels]
    value = BinarySymmetricCrossEntropy(0.1, 1, A, weight=weight)(logits, labels)
    torch.testing.assert_close(value, (weights * each).sum() / weights.sum())


def test_floating_point_labels_are_refused_with_a_weight() -> None:
    logits, labels = batch()
    with pytest.raises(UserError, match=r"^weight: must not be given with soft targets for BinarySymmetric"):
        BinarySymmetricCrossEntropy(0.1, 1, A, weight=torch.tensor([1.0, 3.0]))(logits, labels.double())


def test_unknown_labels_are_ignored() -> None:
    logits, labels = batch()
    labels[::2] = -1
    value = BinarySymmetricCrossEntropy(0.1, 1, A, ignore_index=-1)(logits, labels)
    kept = labels >= 0
    torch.testing.assert_close(value, formula(logits[kept], labels[kept], 0.1, 1).mean())


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_finite_at_extreme_logits(dtype: torch.dtype) -> None:
    logits = torch.tensor([-1e4, 0, 1e4] * 2, dtype=dtype, requires_grad=True)
    loss = BinarySymmetricCrossEntropy(0.1, 1, A)(logits, torch.tensor([0, 0, 0, 1, 1, 1]))
    loss.backward()
    assert loss.dtype == torch.float32
    assert loss.isfinite()
    assert logits.grad is not None
    assert logits.grad.isfinite().all()


def test_is_one_graph_and_differentiable_twice() -> None:
    logits, labels = batch()
    loss = BinarySymmetricCrossEntropy(0.1, 1, A)
    torch.compiler.reset()
    torch.testing.assert_close(
        torch.compile(loss, fullgraph=True, backend="eager")(logits, labels), loss(logits, labels)
    )
    assert torch.autograd.gradcheck(lambda z: loss(z, labels[:2]), logits[:2].clone().requires_grad_())
    assert torch.autograd.gradgradcheck(lambda z: loss(z, labels[:2]), logits[:2].clone().requires_grad_())


RULE = "must be of the logits' shape (4, 2): torch.int64 of 0 and 1, or floating point"


@pytest.mark.parametrize(
    ("logits", "labels", "line"),
    [
        (torch.zeros(4, 2), torch.zeros(4, dtype=torch.int64), f"labels=torch.int64 of shape (4,): {RULE}"),
        (torch.zeros(4, 2), torch.zeros(4), f"labels=torch.float32 of shape (4,): {RULE}"),
        (torch.zeros(4, 2), torch.zeros(4, 2, dtype=torch.bool), f"labels=torch.bool of shape (4, 2): {RULE}"),
        (torch.zeros(4, 2), torch.zeros(4, 2, dtype=torch.int32), f"labels=torch.int32 of shape (4, 2): {RULE}"),
        (
            torch.zeros(4, 2, dtype=torch.int64),
            torch.zeros(4, 2),
            "logits=torch.int64 of shape (4, 2): must be floating point",
        ),
    ],
)
def test_a_batch_of_another_shape_or_type_is_described_as_it_is(logits: Tensor, labels: Tensor, line: str) -> None:
    with pytest.raises(UserError) as error:
        BinarySymmetricCrossEntropy(0.1, 1, A)(logits, labels)
    assert str(error.value) == line
