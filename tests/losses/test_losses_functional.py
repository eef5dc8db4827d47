"""The functional forms give what the classes give, under the classes' parameters."""

import inspect

import pytest
import torch
from loss_table import LEARNING, ROWS, batch

import sl.losses
from sl.errors import UserError
from sl.losses import Loss, Pointwise, SymmetricCrossEntropy, Term, functional

FUNCTIONS = {name: item for name, item in vars(functional).items() if hasattr(item, "__signature__")}


def test_every_loss_without_state_has_one_of_its_own_name() -> None:
    named = {name.replace("_", ""): function.__doc__.split("`")[1] for name, function in FUNCTIONS.items()}
    classes = {getattr(sl.losses, name) for name in sl.losses.__all__}
    losses = {item for item in classes if isinstance(item, type) and issubclass(item, Loss)}
    stateless = losses - {Loss, Pointwise, Term} - set(LEARNING.values())
    assert named == {loss.__name__.lower(): f"sl.losses.{loss.__name__}" for loss in stateless}


@pytest.mark.parametrize("name", ["gce", "sl", "focal", "lsr", "rce"])
def test_value_is_that_of_the_class(name: str) -> None:
    loss = ROWS[name].loss
    names = {"gce": "generalized_cross_entropy", "sl": "symmetric_cross_entropy", "focal": "focal_loss"}
    function = FUNCTIONS[names.get(name, {"lsr": "label_smoothing", "rce": "reverse_cross_entropy"}.get(name, ""))]
    parameters = set(inspect.signature(type(loss)).parameters) - {"options", "term"}
    values = {key: getattr(loss, key) for key in parameters if hasattr(loss, key)}
    assert torch.equal(function(*batch(), **values), loss(*batch()))


def test_options_and_errors_are_those_of_the_class() -> None:
    logits, labels = batch()
    labels[0] = 255
    value = functional.symmetric_cross_entropy(logits, labels, 0.1, 1.0, log_zero=-4, ignore_index=255)
    torch.testing.assert_close(value, SymmetricCrossEntropy(0.1, 1.0, -4)(logits[1:], labels[1:]))
    with pytest.raises(UserError, match="alpha=-1"):
        functional.symmetric_cross_entropy(logits, labels, -1, 1.0)


def test_signature_and_name_are_a_functions() -> None:
    assert functional.focal_loss.__name__ == "focal_loss"
    assert [*inspect.signature(functional.focal_loss).parameters][:3] == ["logits", "labels", "gamma"]


def test_compiles_to_one_graph() -> None:
    logits, labels = batch()
    torch.compiler.reset()

    def twice(logits: torch.Tensor) -> torch.Tensor:
        return 2 * functional.symmetric_cross_entropy(logits, labels, 0.1, 1.0)

    torch.testing.assert_close(torch.compile(twice, fullgraph=True, backend="eager")(logits), twice(logits))
