"""What holds for every loss of the table, and that the table is complete."""

from pathlib import Path

import numpy as np
import pytest
import torch
from loss_table import CLASSES, LEARNING, ROWS, batch

import sl.losses
from sl.losses import BinarySymmetricCrossEntropy, Loss, Pointwise, Term

CONFIGS = Path(__file__).parents[2] / "configs" / "loss"
every_loss = pytest.mark.parametrize("name", ROWS)


def test_every_exported_loss_has_a_row() -> None:
    exported = {getattr(sl.losses, name) for name in sl.losses.__all__}
    losses = {item for item in exported if isinstance(item, type) and issubclass(item, Loss)}
    losses -= {Loss, Pointwise, Term, BinarySymmetricCrossEntropy}  # the last has tests of its own
    assert losses == {type(row.loss) for row in ROWS.values()} | set(LEARNING.values())


def test_every_config_has_a_row() -> None:
    assert {path.stem for path in CONFIGS.glob("*.yaml")} == set(ROWS) | set(LEARNING)


@every_loss
def test_is_its_formula(name: str) -> None:
    logits, labels = batch()
    p, q = logits.softmax(dim=1).numpy(), np.eye(CLASSES)[labels]
    np.testing.assert_allclose(ROWS[name].loss(logits, labels).numpy(), ROWS[name].formula(p, q), rtol=1e-12)


@every_loss
def test_gradient_is_the_numerical_one(name: str) -> None:
    logits, labels = batch(examples=8)
    assert torch.autograd.gradcheck(lambda z: ROWS[name].loss(z, labels), logits.requires_grad_())


@every_loss
def test_does_not_change_when_logits_shift(name: str) -> None:
    logits, labels = batch()
    torch.testing.assert_close(ROWS[name].loss(logits + 7.0, labels), ROWS[name].loss(logits, labels))


@every_loss
def test_leaves_its_inputs_alone(name: str) -> None:
    logits, labels = batch()
    ROWS[name].loss(logits, labels)
    assert torch.equal(logits, batch()[0])
    assert torch.equal(labels, batch()[1])


@every_loss
def test_has_no_parameters_and_no_state(name: str) -> None:
    assert not list(ROWS[name].loss.parameters())
    assert not ROWS[name].loss.state_dict()


@every_loss
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_can_be_captured_as_a_cuda_graph(name: str) -> None:
    loss = ROWS[name].loss.to("cuda")
    logits, labels = (tensor.to("cuda") for tensor in batch())
    fixed, fixed_labels = torch.zeros_like(logits).requires_grad_(), torch.zeros_like(labels)

    def step() -> torch.Tensor:
        return torch.autograd.grad(loss(fixed, fixed_labels).sum(), fixed)[0]

    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        captured = step()
    with torch.no_grad():
        fixed.copy_(logits)
        fixed_labels.copy_(labels)
    graph.replay()
    torch.testing.assert_close(captured, step())
    loss.to("cpu")
