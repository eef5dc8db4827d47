"""Small runs on digits, which need no data from outside."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sl.config.compose import compose_run
from sl.train.cache import Cache
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


@pytest.fixture
def overrides(tmp_path: Path) -> Callable[..., list[str]]:
    """Overrides of a short run that writes below tmp_path; `where` tells several such places apart."""

    def make(*more: str, where: str = "a") -> list[str]:
        folders = [f"{name}_dir={tmp_path / where / name}" for name in ("runs", "checkpoints", "models")]
        return [*SHORT, *folders, *more]

    return make


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
