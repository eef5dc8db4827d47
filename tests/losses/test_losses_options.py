"""Shapes beyond (N, K), class weights and ignored labels: against torch's cross entropy, and for every loss."""

import math
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from loss_table import CLASSES, ROWS, batch, composed, make
from torch import Tensor
from torch.nn.functional import cross_entropy

from sl.errors import UserError
from sl.losses import (
    ActivePassive,
    CrossEntropy,
    EarlyLearningRegularization,
    ForwardCorrection,
    JointOptimization,
    MeanAbsoluteError,
    Term,
)

IGNORE = -100
WEIGHT = torch.tensor([0.5, 2.0, 0.0, 1.0], dtype=torch.float64)
every_loss = pytest.mark.parametrize("name", ROWS)
ignoring_loss = pytest.mark.parametrize("name", [name for name in ROWS if name != "joint"])


def images() -> tuple[Tensor, Tensor]:
    """Logits (3, K, 2, 4) and labels (3, 2, 4), some of them ignored."""
    logits, labels = batch()
    labels[::5] = IGNORE
    return logits.reshape(3, 2, 4, CLASSES).permute(0, 3, 1, 2), labels.reshape(3, 2, 4)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("weight", [None, WEIGHT])
@pytest.mark.parametrize("soft", [False, True])
def test_cross_entropy_is_that_of_torch(reduction: str, weight: Tensor | None, soft: bool) -> None:
    logits, labels = images()
    options: dict[str, Any] = {"weight": weight}
    if soft:
        labels = torch.rand(logits.shape, generator=torch.Generator().manual_seed(1), dtype=logits.dtype).softmax(1)
    else:
        options["ignore_index"] = IGNORE
    ours, theirs = logits.clone().requires_grad_(), logits.clone().requires_grad_()
    value = CrossEntropy(reduction, **options)(ours, labels)
    expected = cross_entropy(theirs, labels, reduction=reduction, **options)
    torch.testing.assert_close(value, expected)
    value.sum().backward()
    expected.sum().backward()
    torch.testing.assert_close(ours.grad, theirs.grad)


def test_what_is_no_number_where_a_label_is_ignored_stays_out_of_the_value() -> None:
    logits, labels = torch.tensor([[math.nan, 1.0], [0.0, 1.0]]), torch.tensor([IGNORE, 0])
    value = CrossEntropy(ignore_index=IGNORE)(logits, labels)
    assert value.item() == pytest.approx(cross_entropy(logits, labels, ignore_index=IGNORE).item())


def test_nothing_but_ignored_labels_is_what_it_is_in_torch() -> None:
    logits, labels = torch.randn(3, 4), torch.full((3,), IGNORE)
    assert CrossEntropy(ignore_index=IGNORE)(logits, labels).isnan()
    assert cross_entropy(logits, labels).isnan()
    assert CrossEntropy("sum", ignore_index=IGNORE)(logits, labels) == 0


@every_loss
def test_every_place_of_an_image_is_an_example(name: str) -> None:
    logits, labels = images()
    labels = labels.clamp(min=0)
    rows, row_labels = logits.permute(0, 2, 3, 1).reshape(-1, CLASSES), labels.flatten()
    expected = make(name, reduction="none")(rows, row_labels)
    torch.testing.assert_close(make(name, reduction="none")(logits, labels), expected.reshape(labels.shape))
    torch.testing.assert_close(make(name)(logits, labels), expected.mean())


@ignoring_loss
def test_an_ignored_label_is_as_if_it_were_not_there(name: str) -> None:
    logits, labels = batch()
    labels[::3] = IGNORE
    leaf = logits.clone().requires_grad_()
    value = make(name, ignore_index=IGNORE)(leaf, labels)
    value.backward()
    kept = labels != IGNORE
    torch.testing.assert_close(value.detach(), make(name)(logits[kept], labels[kept]))
    assert leaf.grad is not None
    assert not leaf.grad[~kept].any()
    assert leaf.grad[kept].any()
    each = make(name, ignore_index=IGNORE, reduction="none")(logits, labels)
    assert (each[~kept] == 0).all()


@every_loss
def test_the_mean_is_weighted_by_class(name: str) -> None:
    logits, labels = batch()
    each, weights = make(name, reduction="none")(logits, labels), WEIGHT[labels]
    torch.testing.assert_close(make(name, weight=WEIGHT)(logits, labels), (weights * each).sum() / weights.sum())
    torch.testing.assert_close(make(name, weight=WEIGHT, reduction="none")(logits, labels), weights * each)


@every_loss
def test_the_weight_is_no_state(name: str) -> None:
    """So that a checkpoint is loaded whatever the weights were."""
    assert "weight" not in make(name, weight=WEIGHT).state_dict()


def test_a_weight_that_could_be_trained_is_a_constant_here() -> None:
    weight = torch.ones(CLASSES, requires_grad=True)
    assert not CrossEntropy(weight=weight)(*batch()).requires_grad


def test_labels_that_are_not_ignored_must_be_classes() -> None:
    with pytest.raises(UserError, match=r"^labels=-1: must be in \[0, 4\)$"):
        CrossEntropy(ignore_index=255)(torch.zeros(1, 4), torch.tensor([-1]))


@every_loss
def test_every_loss_names_a_label_that_is_no_class(name: str) -> None:
    """On the CPU; an accelerator reports it in its own way. -100 is what torch's cross entropy ignores."""
    logits, labels = batch()
    for wrong in (-1, CLASSES, IGNORE):
        with pytest.raises(UserError, match=rf"^labels={wrong}: must be in \[0, {CLASSES}\)"):
            make(name)(logits, labels.index_fill(0, torch.tensor([3]), wrong))


@pytest.mark.parametrize(
    ("label", "hint"),
    [(IGNORE, "; ignore_index=-100 leaves them out"), (255, "; ignore_index=255 leaves them out"), (3, "")],
    ids=["as torch ignores", "as masks have", "counted from 1"],
)
def test_a_mark_of_no_label_leads_to_the_option_that_ignores_it(label: int, hint: str) -> None:
    with pytest.raises(UserError) as error:
        CrossEntropy()(torch.zeros(2, 3), torch.tensor([0, label]))
    assert str(error.value) == f"labels={label}: must be in [0, 3){hint}"
    with pytest.raises(UserError, match=rf"^labels={label}: must be in \[0, 3\)$"):
        JointOptimization(1.2, 0.8)(torch.zeros(2, 3), torch.tensor([0, label]))


def test_where_values_cannot_be_read_the_error_is_that_of_torch() -> None:
    logits, labels = torch.zeros(3, 2, 4), torch.full((3, 2), 4)
    with pytest.raises(RuntimeError, match="out of bounds"):
        torch.vmap(CrossEntropy())(logits, labels)


def test_an_error_of_another_cause_stays_as_it_is() -> None:
    class Broken(CrossEntropy):
        def of_label(self, log_p: Tensor) -> Tensor:
            raise RuntimeError("of its own")

    with pytest.raises(RuntimeError, match=r"^of its own$"):
        Broken()(torch.zeros(1, 4), torch.tensor([0]))


def test_who_cannot_ignore_says_so_when_built() -> None:
    with pytest.raises(
        UserError, match="ignore_index=0: must be None: an ignored example would still change the batch"
    ):
        JointOptimization(1.2, 0.8, ignore_index=0)
    with pytest.raises(
        UserError, match="ignore_index=0: must be None: ELR keeps a running prediction of every example"
    ):
        EarlyLearningRegularization(0.7, 3.0, 10, 4, ignore_index=0)


@pytest.mark.parametrize("first", [True, False])
def test_a_sum_cannot_ignore_where_a_part_cannot(first: bool) -> None:
    parts = [JointOptimization(1.2, 0.8), MeanAbsoluteError()]
    with pytest.raises(
        UserError, match="ignore_index=0: must be None: an ignored example would still change the batch"
    ):
        ActivePassive(*(parts if first else parts[::-1]), 1, 1, ignore_index=0)


def test_a_sum_asks_of_a_batch_what_each_part_asks() -> None:
    part = ForwardCorrection(torch.eye(3))
    for parts in ((part, MeanAbsoluteError()), (MeanAbsoluteError(), part)):
        with pytest.raises(UserError, match="logits=4 classes: must have 3, the number of classes of transition"):
            ActivePassive(*parts, 1, 1)(torch.zeros(2, 4), torch.tensor([0, 1]))


def test_a_part_has_no_options_that_would_be_lost() -> None:
    for part in (MeanAbsoluteError(weight=WEIGHT), MeanAbsoluteError(ignore_index=IGNORE)):
        with pytest.raises(UserError, match="passive: must have neither weight nor ignore_index"):
            ActivePassive(CrossEntropy(), part, 1, 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weight": [1.0, 2.0]}, r"weight=\[1.0, 2.0\]: must be a floating point tensor of shape \(K,\)"),
        ({"weight": torch.ones(2, 2)}, r"weight=torch.float32 of shape \(2, 2\): must be a floating"),
        ({"weight": torch.tensor([1.0, -1.0])}, r"weight\[1\]=-1.0: must be finite and not negative"),
        ({"weight": torch.tensor([1.0, math.inf])}, r"weight\[1\]=inf: must be finite and not negative"),
        ({"ignore_index": 0.5}, "ignore_index=0.5: "),
    ],
)
def test_options_out_of_range(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        CrossEntropy(**options)


def test_weight_of_other_classes() -> None:
    with pytest.raises(UserError, match="weight=4 classes: must have 3, the number of classes of the logits"):
        CrossEntropy(weight=WEIGHT)(torch.zeros(2, 3), torch.tensor([0, 1]))


@pytest.mark.parametrize(
    ("loss", "text"),
    [
        (make("gce"), "GeneralizedCrossEntropy(q=0.7, reduction=mean)"),
        (make("gce", ignore_index=255), "GeneralizedCrossEntropy(q=0.7, reduction=mean, ignore_index=255)"),
        (make("mae", weight=WEIGHT), "MeanAbsoluteError(reduction=mean, weight=(4,) tensor)"),
    ],
)
def test_print_shows_the_parameters(loss: Term, text: str) -> None:
    assert str(loss) == text


def parameters(node: dict[str, Any]) -> Iterator[str]:
    """The parameters of a loss's node and of the losses inside it."""
    for name, value in node.items():
        if isinstance(value, dict):
            yield from parameters(value)
        elif isinstance(value, float | bool):
            yield f"{name}={value}"


@every_loss
def test_print_shows_the_class_and_the_parameters_of_every_config(name: str) -> None:
    text, node = str(make(name)), composed(name)
    assert text.startswith(node["_target_"].removeprefix("sl.losses.") + "(")
    assert all(parameter in text for parameter in parameters(node))


def test_joint_of_an_empty_batch_is_as_that_of_others() -> None:
    logits, labels = torch.zeros(0, 4), torch.zeros(0, dtype=torch.int64)
    for name in ("joint", "ce"):
        assert make(name, reduction="none")(logits, labels).shape == (0,)
        assert make(name, reduction="sum")(logits, labels) == 0
        assert make(name)(logits, labels).isnan()
