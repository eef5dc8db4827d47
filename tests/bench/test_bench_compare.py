"""The comparison with the reference loop: which processes take part, and what is kept when it is stopped."""

import json
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from studies.bench.command import bench
from studies.bench.compare import compare, make_teams, several_runs
from studies.bench.contender import prepare_case

EVENTS: list[str] = []


class Noted:
    """A `Child` without a process, which notes in EVENTS what is asked of it."""

    def __init__(self, make: Callable[..., Any], *arguments: Any) -> None:
        EVENTS.append("start")

    def __enter__(self) -> "Noted":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def wait(self) -> None:
        EVENTS.append("wait")

    def start(self, method: str, *arguments: Any) -> "Future[Any]":
        EVENTS.append(method)
        done: Future[Any] = Future()
        done.set_result(1.0 if method == "train" else {})
        return done


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process is started; EVENTS is empty."""
    monkeypatch.setattr("studies.bench.measure.Child", Noted)
    monkeypatch.setattr("studies.bench.compare.cores", lambda: 2)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    EVENTS.clear()


@pytest.mark.usefixtures("noted")
def test_all_processes_have_started_before_the_first_is_measured() -> None:
    assert len(list(compare("digits", 1, 0.02))) == 1
    assert EVENTS[:8] == ["start"] * 4 + ["wait"] * 4
    assert EVENTS[8:] == ["train"] * (len(EVENTS) - 9) + ["facts"]


@pytest.mark.usefixtures("noted")
def test_on_a_gpu_the_same_processes_run_alone_and_together(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = prepare_case("digits")
    prepared = replace(prepared, runtime=replace(prepared.runtime, device=torch.device("cuda", 0)))
    with ExitStack() as stack:
        teams = make_teams(stack, "digits", prepared)
    assert {name: len(team.members) for name, team in teams.items()} == {
        "reference": 1,
        "one run": 1,
        "2 processes": 2,
        "4 processes": 4,
    }
    assert EVENTS == ["start"] * (1 + 4)
    monkeypatch.setenv("CUDA_MPS_PIPE_DIRECTORY", "mps")
    assert [*several_runs(torch.device("cuda", 0))] == ["2 processes under MPS", "4 processes under MPS"]
    assert teams["one run"].members[0] is teams["4 processes"].members[0] is not teams["reference"].members[0]


@pytest.mark.usefixtures("noted")
def test_a_comparison_that_is_stopped_keeps_its_rounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def start(self: Noted, method: str, *arguments: Any) -> "Future[Any]":
        if method == "train" and EVENTS.count("train") == before:
            raise KeyboardInterrupt
        return noted_start(self, method, *arguments)

    before = 4 * (3 + 2)  # four processes: three laps to choose the steps, and two rounds
    noted_start = Noted.start
    monkeypatch.setattr(Noted, "start", start)
    with pytest.raises(KeyboardInterrupt):
        bench(["digits"], 5, 0.02, tmp_path)
    (path,) = tmp_path.iterdir()
    assert path.suffix == ".part"
    assert json.loads(path.read_text())["cases"]["digits"]["rounds"] == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in said] == [
        "digits, reference",
        "digits, one run",
        "digits, 2 single-threaded processes",
    ]
