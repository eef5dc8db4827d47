"""Runs the commands inside this process."""

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hydra.core.global_hydra import GlobalHydra
from in_process import as_before

from sl.config.app import run_app
from sl.config.compose import hydra_ready


class Outcome(NamedTuple):
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def mistake(self) -> str:
        """What the command said of the one mistake in it: exit code 2 and one line."""
        assert self.code == 2, self.err
        assert self.err.startswith("sl: error: "), self.err
        assert self.err.count("\n") == 1, self.err
        return self.err.removeprefix("sl: error: ").rstrip()


Task = Callable[[Any], Any]


def task_of(name: str) -> Task:
    """What the command `name` gives to run_app."""
    return import_module(f"sl.commands.{name}").main


@pytest.fixture(scope="module")
def hydra() -> Iterator[None]:
    """Hydra is initialised once for all tests of a file that composes without a command."""
    with hydra_ready():
        yield


@pytest.fixture
def run_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Outcome]]:
    """Run a task as a command would, with these arguments, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SL_DATA_DIR", raising=False)

    def run(task: Task, config_name: str, *arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["sl command", *arguments])
        GlobalHydra.instance().clear()
        capfd.readouterr()
        code = 0
        try:
            run_app(task, config_name)
        except SystemExit as stop:
            code = int(stop.code or 0)
        return Outcome(code, *capfd.readouterr())

    with as_before():
        yield run


@pytest.fixture
def train(run_task: Callable[..., Outcome]) -> Callable[..., Outcome]:
    """`sl train`."""
    return lambda *arguments: run_task(task_of("train"), "config", *arguments)


@pytest.fixture
def reproduce(run_task: Callable[..., Outcome]) -> Callable[..., Outcome]:
    """`sl reproduce`."""
    return lambda *arguments: run_task(task_of("reproduce"), "reproduce", *arguments)


@pytest.fixture
def search(run_task: Callable[..., Outcome]) -> Callable[..., Outcome]:
    """`sl search`."""
    return lambda *arguments: run_task(task_of("search"), "search", *arguments)
