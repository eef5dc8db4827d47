"""The training step: every image once, nothing waits for the device, engines are used again."""

import gc
import weakref
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from sl.evaluate import training_counts
from sl.train.cache import Cache
from sl.train.engine import Engine, make_engine
from sl.train.epoch import learning_rates, train_one_epoch
from sl.train.network import make_model
from sl.train.prepared import PreparedRun
from sl.train.seeds import generator

MakePrepared = Callable[..., PreparedRun]


def one_epoch(engine: Engine, prepared: PreparedRun) -> None:
    train_one_epoch(engine, prepared.plan, prepared.config.seed, 1)


def test_every_image_is_used_once_an_epoch(make_prepared: MakePrepared, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = make_prepared("recipe.batch_size=50")
    engine = make_engine(prepared)
    seen: list[Tensor] = []
    step = engine._step
    record = lambda index: (seen.append(index.clone()), step(index))  # noqa: E731
    monkeypatch.setattr(engine, "_step", record)
    one_epoch(engine, prepared)
    sizes = [len(index) for index in seen]
    assert sizes[:-1] == [50] * (len(sizes) - 1)
    assert 0 < sizes[-1] < 50
    assert sorted(torch.cat(seen).tolist()) == list(range(len(prepared.noisy.labels)))


def test_no_step_waits_for_the_device(make_prepared: MakePrepared, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = make_prepared("noise=symmetric")
    engine = make_engine(prepared)
    waits = {"item": 0, "tolist": 0, "cpu": 0, "numpy": 0}

    def counted(name: str) -> Callable[..., object]:
        original = getattr(Tensor, name)

        def count(self: Tensor, *args: object, **kwargs: object) -> object:
            waits[name] += 1
            return original(self, *args, **kwargs)

        return count

    order, draws = torch.randperm(len(prepared.noisy.labels)), engine.augmentation.draw(
        len(prepared.noisy.labels), prepared.dataset.image_shape, generator(0, "test")
    )  # fmt: skip
    lrs = learning_rates(engine, prepared.plan, 1)
    with monkeypatch.context() as patch:
        for name in waits:
            patch.setattr(Tensor, name, counted(name))
        engine.train_epoch(order, draws, lrs)
    assert waits == {"item": 0, "tolist": 0, "cpu": 0, "numpy": 0}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no GPU")
@pytest.mark.filterwarnings("ignore:Synchronization debug mode")
@pytest.mark.parametrize("step", ["eager", "graph"])
def test_no_synchronisation_inside_an_epoch_on_cuda(make_prepared: MakePrepared, step: str) -> None:
    prepared = make_prepared("noise=symmetric", f"runtime.step={step}", "runtime.device=cuda")
    engine = make_engine(prepared)
    index = torch.arange(prepared.config.recipe.batch_size, device="cuda")
    engine._prepare_steps()
    engine.train_step(index)
    try:
        torch.cuda.set_sync_debug_mode("error")
        for _ in range(3):
            engine.train_step(index)
    finally:
        torch.cuda.set_sync_debug_mode("default")


@pytest.mark.filterwarnings("default")  # of the compiler's own making
@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no GPU")
def test_captured_and_eager_steps_agree(make_prepared: MakePrepared) -> None:
    """The rate changes at every epoch, and the second run uses what the first has captured."""
    options = ("noise=symmetric", "recipe.schedule=cosine", "runtime.device=cuda", "runtime.precision=float32")
    losses: dict[str, list[float]] = {}
    for step in ("eager", "graph", "compiled_graph"):
        losses[step] = []
        for seed in (0, 1):
            prepared = make_prepared(*options, f"runtime.step={step}", f"seed={seed}")
            engine = make_engine(prepared)
            losses[step] += [train_one_epoch(engine, prepared.plan, seed, epoch)[0].train_loss for epoch in (1, 2, 3)]
    assert losses["graph"] == pytest.approx(losses["eager"], rel=1e-3)
    assert losses["compiled_graph"] == pytest.approx(losses["eager"], rel=1e-3)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no GPU")
def test_deterministic_runs_repeat_on_cuda(make_prepared: MakePrepared) -> None:
    def losses() -> list[float]:
        prepared = make_prepared("noise=symmetric", "runtime=deterministic", "runtime.device=cuda")
        return [train_one_epoch(make_engine(prepared), prepared.plan, 0, epoch)[0].train_loss for epoch in (1, 2)]

    assert losses() == losses()


def test_a_later_run_of_a_sweep_records_no_step_again(
    make_prepared: MakePrepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the recording itself left out, which needs a GPU."""
    recorded: list[int] = []

    def record(step: Callable[[Tensor], None], size: int, device: torch.device) -> Callable[[Tensor], None]:
        recorded.append(size)
        return step

    def captured(seed: int) -> PreparedRun:
        prepared = make_prepared("loss=gce", "noise=symmetric", f"seed={seed}")
        return replace(prepared, runtime=replace(prepared.runtime, step="graph"))

    monkeypatch.setattr("sl.train.engine.CapturedStep", record)
    one_epoch(make_engine(captured(0)), captured(0))
    sizes = sorted(recorded)
    assert len(sizes) == len(set(sizes)) > 0
    one_epoch(make_engine(captured(1)), captured(1))
    assert sorted(recorded) == sizes


def test_a_later_run_of_a_sweep_uses_the_same_engine(make_prepared: MakePrepared) -> None:
    first = make_engine(make_prepared("loss=ce", "noise=symmetric"))
    one_epoch(first, make_prepared("loss=ce", "noise=symmetric"))
    again = make_prepared("loss=ce", "noise=symmetric", "noise.rate=0.2", "seed=5")
    second = make_engine(again)
    assert second is first
    fresh = make_model(again.config, again.dataset).state_dict()
    for name, value in second.model.state_dict().items():
        torch.testing.assert_close(value, fresh[name], msg=name)
    assert all(not velocity.any() for velocity in second.optimizer.velocity)
    assert torch.equal(second.data.noisy, again.noisy.labels)


def test_an_engine_in_use_again_gets_the_transition_of_its_own_noise(make_prepared: MakePrepared) -> None:
    first = make_engine(make_prepared("loss=forward", "noise=symmetric", "noise.rate=0.2"))
    before = [buffer.clone() for buffer in first.loss.buffers()]
    second = make_engine(make_prepared("loss=forward", "noise=symmetric", "noise.rate=0.6"))
    assert second is first
    after = list(second.loss.buffers())
    assert before
    assert all(not torch.equal(old, new) for old, new in zip(before, after, strict=True))


def test_an_evicted_engine_ends_at_once(make_prepared: MakePrepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the memory of its graphs with it, which a garbage collection may leave on the GPU for long."""
    monkeypatch.setattr("sl.train.engine.engines", Cache(limit=1))
    prepared = make_prepared("loss=ce")
    first = weakref.ref(make_engine(prepared))
    gc.disable()
    try:
        one_epoch(make_engine(prepared), prepared)
        assert first() is not None
        make_engine(make_prepared("loss=sl"))
        assert first() is None
    finally:
        gc.enable()


def test_what_is_built_anew_does_not_stand_in_memory_beside_what_it_replaces() -> None:
    class Held:
        pass

    cache, one = Cache[Held](limit=1), Held()
    first = weakref.ref(one)
    cache.get("one", lambda one=one: one)  # type: ignore[misc]
    del one
    gc.collect()
    alive: list[bool] = []

    def new() -> Held:
        alive.append(first() is not None)
        return Held()

    cache.get("other", new)
    assert alive == [False]


def test_engines_do_not_keep_the_images_of_many_folds(make_prepared: MakePrepared) -> None:
    """Each fold has images of its own: without it, eight of an audit's folds would stay in memory."""
    held = [weakref.ref(make_engine(make_prepared("loss=ce", f"fold={fold}/5")).data) for fold in range(1, 6)]
    gc.collect()
    assert [data() is not None for data in held] == [False, False, False, True, True]


def test_on_a_cpu_no_bias_is_left_out(make_prepared: MakePrepared) -> None:
    assert make_engine(make_prepared("loss=ce")).weights.values == {}
    lower = make_engine(make_prepared("loss=ce", "runtime.precision=bfloat16")).weights
    assert not lower.biases
    assert len(lower.copies) == 8  # weights and biases of two convolutions and two dense layers


def test_an_epochs_loss_and_counts_are_those_of_its_batches(make_prepared: MakePrepared) -> None:
    """At rate 0 no weight changes, so that each batch can be predicted again."""
    prepared = make_prepared(
        "loss=ce", "noise=symmetric", "recipe.shift=0", "recipe.flip=false", "recipe.weight_decay=0"
    )
    engine, data = make_engine(prepared), make_engine(prepared).data
    count = len(data.noisy)
    order = torch.randperm(count, generator=generator(0, "test"))
    draws = engine.augmentation.draw(count, data.image_shape, generator(1, "test"))
    batches = order.split(engine.batch_size)
    loss, counts = engine.train_epoch(order, draws, torch.zeros(len(batches)))
    engine.model.train()
    expected, losses = torch.zeros(5, dtype=torch.int64), 0.0
    for batch in batches:
        logits = engine.model(data.normalisation(data.images[batch]))
        expected += training_counts(logits.argmax(1), data.noisy[batch], data.clean[batch])
        losses += cross_entropy(logits, data.noisy[batch], reduction="sum").item()
    assert counts.tolist() == expected.tolist()
    assert len(batches[-1]) < len(batches[0])  # its images count no more than others
    assert loss.item() == pytest.approx(losses / count, rel=1e-5)
    assert expected[1] + expected[3] > 0


def test_another_loss_gets_an_engine_of_its_own(make_prepared: MakePrepared) -> None:
    assert make_engine(make_prepared("loss=ce")) is not make_engine(make_prepared("loss=sl"))


def test_runs_with_the_same_seed_are_paired_across_losses(make_prepared: MakePrepared) -> None:
    ce, sl = make_prepared("loss=ce", "noise=symmetric"), make_prepared("loss=sl", "noise=symmetric")
    assert torch.equal(ce.noisy.labels, sl.noisy.labels)
    networks = (make_model(prepared.config, prepared.dataset).parameters() for prepared in (ce, sl))
    for one, other in zip(*networks, strict=True):
        assert torch.equal(one, other)
