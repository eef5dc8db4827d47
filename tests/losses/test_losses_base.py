"""The contract that `Loss` keeps for its subclasses: checks, reduction, precision."""

import math

import pytest
import torch

from sl.errors import UserError
from sl.losses import BinarySymmetricCrossEntropy, CrossEntropy, Loss


def test_unknown_reduction() -> None:
    with pytest.raises(UserError, match="reduction=average: must be one of mean, sum, none"):
        CrossEntropy("average")


@pytest.mark.parametrize(
    "logits",
    [
        torch.zeros(4),
        torch.zeros(4, 1),
        torch.zeros(4, 3, dtype=torch.int64),
        torch.zeros(4, 3, dtype=torch.complex64),
    ],
    ids=["1-d", "one class", "integers", "complex"],
)
def test_logits_of_another_kind(logits: torch.Tensor) -> None:
    with pytest.raises(UserError, match=r"^logits=.*: must be floating point of shape \(N, K\) or"):
        CrossEntropy()(logits, torch.zeros(4, dtype=torch.int64))


@pytest.mark.parametrize(
    "labels",
    [torch.zeros(3).long(), torch.zeros(4, 1).long(), torch.zeros(4), torch.zeros(4, dtype=torch.int32)],
    ids=["too few", "2-d", "float", "int32"],
)
def test_labels_of_another_kind(labels: torch.Tensor) -> None:
    with pytest.raises(
        UserError, match=r"^labels=.*: must be torch.int64 of shape \(4,\), or floating point of shape \(4, 3\)$"
    ):
        CrossEntropy()(torch.zeros(4, 3), labels)


OF_CLASSES = {"logits": torch.zeros(4, 3), "labels": torch.zeros(4, dtype=torch.int64), "index": torch.arange(4)}
OF_TAGS = {"logits": torch.zeros(4, 3), "labels": torch.zeros(4, 3, dtype=torch.int64)}


@pytest.mark.parametrize(
    ("loss", "batch"),
    [(CrossEntropy(), OF_CLASSES), (BinarySymmetricCrossEntropy(0.1, 1.0, -2), OF_TAGS)],
    ids=["classes", "tags"],
)
def test_what_is_no_tensor_is_named(loss: Loss, batch: dict[str, torch.Tensor]) -> None:
    for name, tensor in batch.items():
        for kind, values in (("ndarray", tensor.numpy()), ("list", tensor.tolist())):
            rule = r"must be a tensor; torch.as_tensor makes one of arrays and lists"
            with pytest.raises(UserError, match=rf"^{name}={kind}: {rule}$"):
                loss(**{**batch, name: values})


def test_per_example_must_be_defined() -> None:
    with pytest.raises(TypeError, match="per_example"):
        Loss()  # type: ignore[abstract]


def test_subclass_sees_full_precision_and_no_autocast() -> None:
    seen = []

    class Probe(Loss):
        def per_example(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
            seen.append((logits.dtype, torch.is_autocast_enabled("cpu")))
            return logits[:, 0]

    labels = torch.zeros(2, dtype=torch.int64)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        for dtype in (torch.bfloat16, torch.float16, torch.float32, torch.float64):
            Probe()(torch.zeros(2, 3, dtype=dtype), labels)
    assert seen == [(torch.float32, False)] * 3 + [(torch.float64, False)]


class Shaped(Loss):
    """-log p_y, but with another shape than one loss for each example."""

    def __init__(self, shape: tuple[int, ...], weight: torch.Tensor | None = None) -> None:
        super().__init__(weight=weight)
        self.shape = shape

    def per_example(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        losses = -logits.log_softmax(dim=1).gather(1, labels.unsqueeze(1))
        return losses.reshape(self.shape) if self.shape else losses.mean()

    def per_target(self, logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return self.per_example(logits, target.argmax(dim=1))


@pytest.mark.parametrize("shape", [(4, 1), (1, 4), ()], ids=str)
@pytest.mark.parametrize("weight", [None, torch.ones(3)], ids=["plain", "weighted"])
def test_a_loss_for_each_example(shape: tuple[int, ...], weight: torch.Tensor | None) -> None:
    for labels in (torch.zeros(4, dtype=torch.int64), torch.full((4, 3), 1 / 3)):
        rule = r"^Shaped: it returned torch.float32 of shape .*, must return a loss for each example, of shape \(4,\)$"
        with pytest.raises(UserError, match=rule):
            Shaped(shape, weight)(torch.zeros(4, 3), labels)
    plain = Shaped((4,), weight)(torch.zeros(4, 3), torch.zeros(4, dtype=torch.int64))
    assert plain.item() == pytest.approx(math.log(3))
