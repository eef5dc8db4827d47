"""Early-learning regularisation against the formulas of its paper."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from loss_table import CLASSES, batch
from torch import Tensor

from sl.errors import UserError
from sl.losses import ActivePassive, CrossEntropy, EarlyLearningRegularization, MeanAbsoluteError

EXAMPLES = 40


def new(beta: float = 0.7, lambda_: float = 3.0, reduction: str = "none") -> EarlyLearningRegularization:
    return EarlyLearningRegularization(beta, lambda_, EXAMPLES, CLASSES, reduction)


def test_is_its_formula_over_several_epochs() -> None:
    loss, targets = new(), np.zeros((EXAMPLES, CLASSES))
    for epoch in range(4):
        logits, labels = batch()
        logits = logits.roll(epoch, dims=0)
        index = torch.randperm(EXAMPLES, generator=torch.Generator().manual_seed(epoch))[: len(labels)]
        p = logits.softmax(dim=1).numpy()
        cut = p.clip(1e-4, 1 - 1e-4)
        targets[index] = 0.7 * targets[index] + 0.3 * cut / cut.sum(1, keepdims=True)
        agreement = (p * targets[index]).sum(1)
        expected = -np.log(p[np.arange(len(p)), labels]) + 3 * np.log(1 - agreement)
        np.testing.assert_allclose(loss(logits, labels, index).numpy(), expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(loss.targets.numpy(), targets, rtol=1e-5, atol=1e-7)


def test_gradient_is_that_of_the_paper() -> None:
    """p - q + lambda g with g_c = p_c / (1 - <p, t>) * sum_k (t_k - t_c) p_k."""
    logits, labels = batch()
    loss, index = new(), torch.arange(len(labels))
    for _ in range(3):
        leaf = logits.clone().requires_grad_()
        gradient = torch.autograd.grad(loss(leaf, labels, index).sum(), leaf)[0]
    p, t = logits.softmax(dim=1), loss.targets[index].double()
    agreement = (p * t).sum(dim=1, keepdim=True)
    g = p / (1 - agreement) * (agreement - t)
    torch.testing.assert_close(gradient, p - torch.nn.functional.one_hot(labels, CLASSES) + 3 * g, rtol=1e-5, atol=1e-6)


def test_without_its_weight_it_is_cross_entropy() -> None:
    logits, labels = batch()
    value = new(lambda_=0, reduction="mean")(logits, labels, torch.arange(len(labels)))
    torch.testing.assert_close(value, CrossEntropy()(logits, labels))


def test_only_the_targets_of_the_index_change() -> None:
    logits, labels = batch()
    loss, index = new(), torch.arange(0, len(labels))
    loss(logits, labels, index)
    assert (loss.targets[index] > 0).all()
    assert not loss.targets[len(labels) :].any()
    assert (loss.targets.sum(dim=1) <= 1).all()


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16], ids=str)
def test_finite_at_extreme_logits(dtype: torch.dtype) -> None:
    """Also when the target has become as certain as the prediction."""
    levels = torch.tensor([-1e4, 0.0, 1e4])
    logits = torch.cartesian_prod(*[levels] * CLASSES).to(dtype)
    loss = EarlyLearningRegularization(0.7, 3.0, len(logits), CLASSES)
    for _ in range(50):
        leaf = logits.clone().requires_grad_()
        value = loss(leaf, torch.arange(len(logits)) % CLASSES, torch.arange(len(logits)))
        value.backward()
    assert value.isfinite()
    assert leaf.grad is not None
    assert leaf.grad.isfinite().all()


def test_is_one_graph_without_a_look_at_values() -> None:
    logits, labels = batch()
    index = torch.arange(len(labels))
    plain, compiled = new(), new()
    torch.compiler.reset()
    step: Callable[..., Tensor] = torch.compile(compiled, fullgraph=True, backend="eager")
    for _ in range(2):
        torch.testing.assert_close(step(logits, labels, index), plain(logits, labels, index))
    assert torch.equal(compiled.targets, plain.targets)


def test_what_it_has_learnt_is_its_state() -> None:
    logits, labels = batch()
    index = torch.arange(len(labels))
    first, second = new(), new()
    first(logits, labels, index)
    second.load_state_dict(first.state_dict())
    assert torch.equal(first(logits, labels, index), second(logits, labels, index))
    assert not list(first.parameters())


@pytest.mark.parametrize(
    ("index", "message"),
    [
        (None, "index=None: must be the number of each training example"),
        (torch.arange(3), r"index=torch.int64 of shape \(3,\): must be torch.int64 of shape \(24,\)"),
        (torch.zeros(24), r"index=torch.float32 of shape \(24,\): must be torch.int64 of shape \(24,\)"),
    ],
)
def test_index_of_another_kind(index: Tensor | None, message: str) -> None:
    logits, labels = batch()
    with pytest.raises(UserError, match=message):
        new()(logits, labels, index)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("number", [-1, EXAMPLES])
def test_a_number_that_is_no_examples_is_named(training: bool, number: int) -> None:
    """In eval() -1 read the last example's row."""
    logits, labels = batch()
    index = torch.arange(len(labels)).index_fill(0, torch.tensor([3]), number)
    with pytest.raises(UserError, match=rf"^index={number}: must be in \[0, num_examples=40\)$"):
        new().train(training)(logits, labels, index)


@pytest.mark.parametrize("odd", [float("nan"), float("inf")])
def test_one_prediction_that_is_no_number_does_not_spoil_the_memory(odd: float) -> None:
    """A gradient scaler skips such a step; each later call with this example was nan all the same."""
    logits, labels = batch()
    loss, index = new(), torch.arange(len(labels))
    loss(logits, labels, index)
    before, spoilt = loss.targets.clone(), logits.clone()
    spoilt[3, 1] = odd
    assert loss(spoilt, labels, index)[3].isnan()
    assert torch.equal(loss.targets[3], before[3])
    assert not torch.equal(loss.targets[4], before[4])


def test_logits_of_other_classes() -> None:
    with pytest.raises(UserError, match="logits=5 classes: must have num_classes=4"):
        new()(torch.zeros(1, 5), torch.tensor([0]), torch.tensor([0]))


def test_as_a_part_it_learns_as_it_does_alone() -> None:
    logits, labels = batch()
    alone, part, other = new(), new(), MeanAbsoluteError("none")
    whole = ActivePassive(part, other, 2, 0.5, "none")
    for start in (0, 5):
        index = torch.arange(start, start + len(labels))
        expected = 2 * alone(logits, labels, index) + 0.5 * other(logits, labels)
        torch.testing.assert_close(whole(logits, labels, index), expected)
    assert torch.equal(part.targets, alone.targets)
    with pytest.raises(UserError, match="index=None: must be the number of each training example"):
        whole(logits, labels)
    with pytest.raises(UserError, match="logits=5 classes: must have num_classes=4"):
        whole(torch.zeros(1, 5), torch.tensor([0]), torch.tensor([0]))


# One of two processes: it prints the examples that its memory holds after three steps on its own six
PROCESS = """
import sys
import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel
from sl.losses import EarlyLearningRegularization


class Learner(nn.Module):
    def __init__(self):
        super().__init__()
        self.head, self.loss = nn.Linear(5, 4), EarlyLearningRegularization(0.7, 3.0, 12, 4)

    def forward(self, images, labels, index):
        return self.loss(self.head(images), labels, index)


rank = int(sys.argv[1])
distributed.init_process_group("gloo", init_method=f"file://{sys.argv[2]}", rank=rank, world_size=2)
learner = DistributedDataParallel(Learner(), broadcast_buffers=sys.argv[3] == "True")
for step in range(3):
    index = 6 * rank + 2 * step + torch.arange(2)
    learner(torch.randn(2, 5), torch.arange(2), index).backward()
print(learner.module.loss.targets.any(dim=1).nonzero().flatten().tolist())
distributed.destroy_process_group()
"""


@pytest.mark.slow
@pytest.mark.parametrize(("broadcast", "held"), [(False, [6, 7, 8, 9, 10, 11]), (True, [0, 1, 2, 3, 10, 11])])
def test_a_process_keeps_its_memory_if_buffers_are_not_broadcast(
    broadcast: bool, held: list[int], tmp_path: Path
) -> None:
    """Else it has that of the first process and its own latest batch."""
    environment = {**os.environ, "GLOO_SOCKET_IFNAME": "lo"}
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", PROCESS, str(rank), str(tmp_path / "store"), str(broadcast)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        )
        for rank in (0, 1)
    ]  # fmt: skip
    (first, _), (second, errors) = (process.communicate() for process in processes)
    assert [process.returncode for process in processes] == [0, 0], errors
    assert first == "[0, 1, 2, 3, 4, 5]\n"
    assert second == f"{held}\n"
