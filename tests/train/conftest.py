"""Small runs on digits, which need no data from outside."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from recorded import NOISY, metrics

from sl.config.compose import compose_run
from sl.train import run as training
from sl.train.cache import Cache
from sl.train.checkpoint import Checkpoint
from sl.train.prepared import PreparedRun, prepare
from sl.train.run import train

SHORT = (
    "dataset=digits",
    "recipe.epochs=4",
    "scale.train_share=0.2",
    "runtime.threads=1",
    "runtime.precision=float32",
    "runtime.device=cpu",
)


def short(folder: Path, *more: str) -> list[str]:
    """Overrides of a short run that writes below `folder`."""
    return [*SHORT, *(f"{name}_dir={folder / name}" for name in ("runs", "checkpoints", "models")), *more]


@pytest.fixture
def overrides(tmp_path: Path) -> Callable[..., list[str]]:
    """Overrides of a short run that writes below tmp_path; `where` tells several such places apart."""
    return lambda *more, where="a": short(tmp_path / where, *more)


@pytest.fixture
def make_prepared(overrides: Callable[..., list[str]]) -> Callable[..., PreparedRun]:
    """A prepared short run."""
    return lambda *more: prepare(compose_run(overrides(*more)))


@pytest.fixture
def forget_device(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Else a second run of the same data trains on the images of the first, wherever its own are stored."""

    def forget() -> None:
        monkeypatch.setattr("sl.train.engine.engines", Cache(limit=8))
        monkeypatch.setattr("sl.train.engine.device_data", Cache(limit=2))

    return forget


@pytest.fixture
def run(overrides: Callable[..., list[str]]) -> Callable[..., Path]:
    """Train a short run; the path of its record."""
    return lambda *more, where="a": train(compose_run(overrides(*more, where=where)))


def stop_at(monkeypatch: pytest.MonkeyPatch, epoch: int, step: int = 0) -> None:
    """Make the run stop with KeyboardInterrupt when it has saved its state after that epoch and step."""
    monkeypatch.setattr(training, "CHECKPOINT_SECONDS", -1.0)
    save = Checkpoint.save

    def save_then_stop(self: Checkpoint, state: dict[str, Any]) -> bool:
        saved = save(self, state)
        if (state["record"].count('"kind":"epoch"'), state["step"]) == (epoch, step):
            raise KeyboardInterrupt
        return saved

    monkeypatch.setattr(Checkpoint, "save", save_then_stop)


@pytest.fixture
def interrupted(run: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Path]:
    """The record of the run in `broken`, stopped after that epoch and step; afterwards nothing stops it any more."""

    def stopped(epoch: int, step: int = 0, *more: str) -> Path:
        with monkeypatch.context() as patch:
            stop_at(patch, epoch, step)
            with pytest.raises(KeyboardInterrupt):
                run(*NOISY, *more, where="broken")
        (path,) = tmp_path.glob("broken/runs/*/*.jsonl")
        return path

    return stopped


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the run measures that nothing interrupts; trained once for all tests."""
    return metrics(train(compose_run(short(tmp_path_factory.mktemp("whole"), *NOISY))))
