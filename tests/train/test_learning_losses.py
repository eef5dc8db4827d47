"""Losses that learn during a run: what the trainer tells them, and that they start, stop and go on with the run."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from recorded import metrics
from torch import Tensor

from sl.losses import DimensionalityDriven, EarlyLearningRegularization, EpochView, Loss, SymmetricCrossEntropy
from sl.train import run as training
from sl.train.checkpoint import Checkpoint
from sl.train.engine import Engine, make_engine
from sl.train.epoch import sample_representations, train_one_epoch
from sl.train.prepared import PreparedRun, make_loss

MakePrepared = Callable[..., PreparedRun]
Run = Callable[..., Path]
NOISY = ("noise=symmetric", "noise.rate=0.4", "recipe.epochs=6")
TURNING = ("loss.start=0", "loss.window=2", "loss.neighbours=5")
LEARNING = {"elr": ("loss=elr",), "d2l": ("loss=d2l", *TURNING), "d2l_sl": ("loss=d2l_sl", *TURNING)}
every_loss = pytest.mark.parametrize("loss", LEARNING.values(), ids=LEARNING)


def test_the_run_fills_in_its_sizes(make_prepared: MakePrepared) -> None:
    prepared = make_prepared("loss=elr")
    loss = make_loss(prepared.config.loss, prepared.dataset, prepared.noisy)
    assert isinstance(loss, EarlyLearningRegularization)
    assert loss.targets.shape == (len(prepared.noisy.labels), 10)


def test_boosting_takes_the_parameters_of_the_recipe(make_prepared: MakePrepared) -> None:
    for name in ("forward_sl", "lsr_sl", "bootstrap_sl", "d2l_sl"):
        prepared = make_prepared(f"loss={name}", "noise=symmetric")
        term = make_loss(prepared.config.loss, prepared.dataset, prepared.noisy).term
        assert isinstance(term, SymmetricCrossEntropy)
        assert (term.alpha, term.beta) == (0.01, 1.0)


def test_a_step_says_which_examples_it_has(make_prepared: MakePrepared, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = make_prepared("loss=elr", "noise=symmetric")
    engine = make_engine(prepared)
    seen = []

    def per_indexed_example(self: Loss, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        assert torch.equal(labels, prepared.noisy.labels[index])
        seen.append(index)
        return logits[:, 0]

    monkeypatch.setattr(EarlyLearningRegularization, "per_indexed_example", per_indexed_example)
    train_one_epoch(engine, prepared.plan, 0, 1)
    assert torch.cat(seen).sort().values.tolist() == list(range(len(prepared.noisy.labels)))


def test_representations_of_training_images(make_prepared: MakePrepared) -> None:
    engine = make_engine(make_prepared("loss=d2l"))
    every = engine.represent(engine.data.images, torch.arange(len(engine.data.images)))
    some = sample_representations(engine, 0, 1, 40)
    assert some.shape == (40, every.shape[1])
    assert (torch.cdist(some, every).min(dim=1).values < 0.01 * every.norm(dim=1).mean()).all()
    assert torch.equal(some, sample_representations(engine, 0, 1, 40))
    assert not torch.equal(some, sample_representations(engine, 0, 2, 40))
    assert len(sample_representations(engine, 0, 1, 10**6)) == len(every)


def test_a_loss_is_told_of_every_epoch(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int, torch.Size]] = []

    def after_epoch(self: Loss, view: EpochView) -> None:
        told.append((view.epoch, view.epochs, view.represent(8).shape))

    monkeypatch.setattr(Loss, "after_epoch", after_epoch)
    run(*NOISY, "loss=ce")
    assert told == [(epoch, 6, (8, 128)) for epoch in range(1, 7)]


@every_loss
def test_an_interrupted_run_ends_like_an_uninterrupted_one(
    run: Run, monkeypatch: pytest.MonkeyPatch, loss: tuple[str, ...]
) -> None:
    """The dimensionality rises with the epoch here, so that the stop is surely past the turning point."""
    measure = DimensionalityDriven.measure
    monkeypatch.setattr(DimensionalityDriven, "measure", lambda self, view: view.epoch * measure(self, view))
    whole = run(*NOISY, *loss, where="whole")
    monkeypatch.setattr(training, "CHECKPOINT_SECONDS", -1.0)
    save, saved = Checkpoint.save, {}

    def save_then_stop(self: Checkpoint, state: dict[str, Any]) -> bool:
        saved.update(state["engine"]["loss"])
        if state["record"].count('"kind":"epoch"') == 4:
            save(self, state)
            raise KeyboardInterrupt
        return save(self, state)

    monkeypatch.setattr(Checkpoint, "save", save_then_stop)
    with pytest.raises(KeyboardInterrupt):
        run(*NOISY, *loss, where="broken")
    assert saved["targets"].any() if "targets" in saved else saved["alpha"] < 1
    monkeypatch.setattr(Checkpoint, "save", save)
    assert metrics(run(*NOISY, *loss, where="broken")) == metrics(whole)


@every_loss
def test_a_later_run_of_a_sweep_starts_without_what_was_learnt(
    make_prepared: MakePrepared, loss: tuple[str, ...]
) -> None:
    prepared = make_prepared(*NOISY, *loss)
    engine = make_engine(prepared)
    fresh = {name: value.clone() for name, value in engine.loss.state_dict().items()}
    for buffer in engine.loss.buffers():
        buffer.fill_(0.5)
    assert make_engine(make_prepared(*NOISY, *loss, "seed=1")) is engine
    for name, value in engine.loss.state_dict().items():
        torch.testing.assert_close(value, fresh[name], equal_nan=True)


def learn(engine: Engine, prepared: PreparedRun) -> tuple[list[float], dict[str, Tensor]]:
    """Train losses of four epochs, and the state of the loss after them."""
    losses = []
    for epoch in range(1, 5):
        losses.append(train_one_epoch(engine, prepared.plan, 0, epoch)[0].train_loss)
        engine.loss.after_epoch(EpochView(epoch, 6, partial(sample_representations, engine, 0, epoch)))
    return losses, {name: value.cpu() for name, value in engine.loss.state_dict().items()}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no GPU")
@every_loss
def test_captured_and_eager_steps_agree(make_prepared: MakePrepared, loss: tuple[str, ...]) -> None:
    outcomes = []
    for step in ("eager", "graph"):
        prepared = make_prepared(*NOISY, *loss, "recipe.schedule=cosine", f"runtime.step={step}", "runtime.device=cuda")
        outcomes.append(learn(make_engine(prepared), prepared))
    assert outcomes[1][0] == pytest.approx(outcomes[0][0], rel=1e-2)
    for name, value in outcomes[0][1].items():
        torch.testing.assert_close(outcomes[1][1][name].double(), value.double(), rtol=0.1, atol=0.1, equal_nan=True)


def test_dimensionality_is_that_of_the_representation(make_prepared: MakePrepared) -> None:
    prepared = make_prepared(*NOISY, *LEARNING["d2l"])
    loss = make_engine(prepared).loss
    assert isinstance(loss, DimensionalityDriven)
    learn(make_engine(prepared), prepared)
    assert 1 < loss.least < 128
