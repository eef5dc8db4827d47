"""The benchmark as a whole, on digits and for an instant."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sl.bench.ablation import Change, runtime_change
from sl.bench.child import Outcome
from sl.bench.command import bench, bench_ablation
from sl.bench.contender import EngineContender
from sl.errors import UserError


class InlineChild:
    """A `Child` whose object lives in this process."""

    def __init__(self, make: Callable[..., Any], *arguments: Any) -> None:
        self.made = make(*arguments)
        self.waiting: list[tuple[str, tuple[Any, ...]]] = []

    def call(self, method: str, *arguments: Any) -> Any:
        self.start(method, *arguments)
        return self.finish().result

    def start(self, method: str, *arguments: Any) -> None:
        self.waiting.append((method, arguments))

    def finish(self) -> Outcome:
        method, arguments = self.waiting.pop(0)
        began, core_began = time.perf_counter(), time.process_time()
        result = getattr(self.made, method)(*arguments)
        return Outcome(result, time.perf_counter() - began, time.process_time() - core_began)

    def __enter__(self) -> "InlineChild":
        return self

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture(autouse=True)
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Contenders run in this process and on the CPU, the reference loop without workers."""
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("sl.bench.compare.Child", InlineChild)
    monkeypatch.setattr("sl.bench.reference.cores", lambda: 0)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


def test_figures_of_a_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = bench(["digits"], rounds=2, seconds=0.02, out=tmp_path)
    record = json.loads(path.read_text())
    measured = record["cases"]["digits"]
    assert measured["engine"]["real_images"]
    assert set(measured["images_per_second"]) > {"reference", "one run"}
    for times in measured["times_reference"].values():
        assert 0 < times["low"] <= times["median"] <= times["high"]
    assert 0 < measured["share_of_matmul"] < 1
    assert measured["engine"]["peak_bytes"] > measured["engine"]["data_bytes"] > 0
    assert measured["start"]["second_run_seconds"] < 1
    assert 0 < record["help_seconds"] < 10  # of this busy moment; docs/speed.md has it of an idle one
    assert platform.node() not in path.read_text()
    assert os.getcwd() not in path.read_text()
    assert "reference loop" in capsys.readouterr().out


def test_every_change_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = "sl.bench.ablation.COMPILE"
    monkeypatch.setattr(compiled, ())  # takes long; tests/train/test_compiled.py compiles
    path = bench_ablation(["digits"], rounds=1, seconds=0.02, out=tmp_path)
    rows = json.loads(path.read_text())["cases"]["digits"]["changes"]
    assert {"channels first", "runtime=deterministic", "one thread"} <= {row["name"] for row in rows}
    table = path.with_suffix(".md").read_text().splitlines()
    assert len([line for line in table if line.startswith("| ")]) == len(rows) + 2


def test_a_change_that_cannot_be_made_here_loses_none_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def cannot(case: str) -> Any:
        raise UserError("a process of the benchmark ended")

    found = [Change("impossible", cannot), runtime_change("one thread", "runtime.threads=1")]
    monkeypatch.setattr("sl.bench.ablation.changes_for", lambda case, runtime: found)
    path = bench_ablation(["digits"], rounds=1, seconds=0.02, out=tmp_path)
    assert [row["name"] for row in json.loads(path.read_text())["cases"]["digits"]["changes"]] == ["one thread"]
    assert "not measured: impossible: a process of the benchmark ended" in capsys.readouterr().err


def test_an_ablation_that_is_stopped_keeps_what_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(case: str) -> Any:
        raise KeyboardInterrupt

    found = [runtime_change("one thread", "runtime.threads=1"), Change("stopped", stopped)]
    monkeypatch.setattr("sl.bench.ablation.changes_for", lambda case, runtime: found)
    with pytest.raises(KeyboardInterrupt):
        bench_ablation(["digits"], rounds=1, seconds=0.02, out=tmp_path)
    (path,) = tmp_path.iterdir()
    assert path.suffix == ".part"
    assert [row["name"] for row in json.loads(path.read_text())["cases"]["digits"]["changes"]] == ["one thread"]


def test_what_is_measured_is_written_before_the_next_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def compare(case: str, *_: object) -> dict[str, Any]:
        if case == "cnn8":
            raise KeyboardInterrupt
        return {"case": case}

    monkeypatch.setattr("sl.bench.command.compare", compare)
    monkeypatch.setattr("sl.bench.command.comparison_lines", lambda measured: [])
    with pytest.raises(KeyboardInterrupt):
        bench(["digits", "cnn8"], rounds=1, seconds=0.02, out=tmp_path)
    (path,) = tmp_path.iterdir()
    assert path.suffix == ".part"
    assert json.loads(path.read_text())["cases"] == {"digits": {"case": "digits"}}


def test_laps_longer_than_an_epoch_are_several_epochs() -> None:
    contender = EngineContender("digits")
    lengths: list[int] = []
    contender.train_within_epoch = lengths.append
    most = len(contender.job.noisy.labels) // contender.job.plan.batch_size
    contender.train(2 * most + 3)
    assert lengths == [most, most, 3]


def test_help_does_not_wait_for_torch(tmp_path: Path) -> None:
    script = Path(__file__).resolve().parents[2] / "scripts" / "bench.py"
    (tmp_path / "torch.py").write_text("raise SystemExit('torch was imported')")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    command = [sys.executable, str(script), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--ablation" in done.stdout
