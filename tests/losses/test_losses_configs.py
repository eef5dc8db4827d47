"""Every file in configs/loss: its parameters are the constructor's, and it builds the loss of the table."""

import inspect
from typing import Any

import pytest
import torch
from hydra.utils import get_class, instantiate
from loss_table import LEARNING, ROWS, TRANSITION, batch, composed

# By default, or filled in when a run is built.
NOT_NAMED = {"reduction", "term", "p_min", "num_examples", "num_classes", "weight", "ignore_index"}


def nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    """The node and all inside it that name a class."""
    inner = [nodes(child) for child in node.values() if isinstance(child, dict)]
    return [node, *(found for group in inner for found in group)]


@pytest.mark.parametrize("name", [*ROWS, *LEARNING])
def test_parameters_are_those_of_the_constructor(name: str) -> None:
    for node in nodes(composed(name)):
        parameters = set(inspect.signature(get_class(node["_target_"])).parameters) - {"options"}
        assert set(node) - {"_target_"} | NOT_NAMED == parameters | NOT_NAMED


@pytest.mark.parametrize("name", ROWS)
def test_builds_the_loss_of_the_table(name: str) -> None:
    given = {"transition": TRANSITION} if composed(name).get("transition") == "noise" else {}
    loss = instantiate(composed(name), reduction="none", **given)
    logits, labels = batch()
    assert type(loss) is type(ROWS[name].loss)
    assert torch.equal(loss(logits, labels), ROWS[name].loss(logits, labels))
