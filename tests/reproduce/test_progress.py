"""What ``sl reproduce status`` says, from records and locks alone."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import synthetic
from filelock import FileLock

from sl.config.compose import compose_config
from sl.errors import UserError
from sl.locks import lock_beside
from sl.reproduce.command import reproduce
from sl.reproduce.progress import SavedPlan, SavedRun, in_training, progress, saved_plans
from sl.reproduce.status import lines, status

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 1, 1, 12, 0)


def cut(record: Path, epochs: int) -> Path:
    """The record as it was after so many epochs."""
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    kept = [line for line in lines if line["kind"] != "end" and line.get("epoch", 0) <= epochs]
    record.write_text("".join(json.dumps(line) + "\n" for line in kept))
    return record


@pytest.fixture
def plan(tmp_path: Path) -> SavedPlan:
    """Two steps: a complete and a half trained run, then two without a record; 1 h each, two at once."""
    complete = synthetic.record(tmp_path / "runs", "ce")
    half = synthetic.record(tmp_path / "runs", "sl")
    cut(half, progress(half).epochs // 2)
    records = [str(complete), str(half), str(tmp_path / "runs" / "x.jsonl"), str(tmp_path / "runs" / "y.jsonl")]
    steps = ["figures, seed 0", "figures, seed 0", "figures, seed 1", "figures, seed 1"]
    items = [
        SavedRun(step, f"run {place}", path, 3600.0)
        for place, (step, path) in enumerate(zip(steps, records, strict=True))
    ]
    return SavedPlan("figures scale=paper", 2, tuple(items))


def test_a_run_counts_as_in_training_while_its_lock_is_held(plan: SavedPlan) -> None:
    record = Path(plan.items[1].record)
    assert not in_training(record)
    with FileLock(record.with_name(f".{record.stem}.lock")):
        code = f"from sl.reproduce.progress import *; print(in_training(Path({str(record)!r})))"
        said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        assert said == "True\n"
    assert not in_training(record)


def test_what_is_done_is_counted_without_taking_locks(plan: SavedPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deadline counts it every few seconds, and a look at a lock holds it for a moment."""
    complete, half, *missing = [Path(item.record) for item in plan.items]
    for record in (complete, half):
        lock_beside(record).touch()
    monkeypatch.setattr(FileLock, "acquire", lambda *_, **__: pytest.fail("a lock was taken"))
    state = progress(half)
    shares = [progress(record).share for record in (complete, half, *missing)]
    assert shares == [1.0, state.epoch / state.epochs, 0.0, 0.0]


def test_what_is_trained_what_is_next_and_when_it_is_done(plan: SavedPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    half = Path(plan.items[1].record)
    monkeypatch.setattr("sl.reproduce.status.in_training", lambda record: record == half)
    state = progress(half)
    share = state.epoch / state.epochs
    told = lines(plan, NOW)
    assert told[0] == "figures scale=paper: 1 of 4 runs recorded, 1 in training"
    assert told[1].split("  ")[1:2] == [
        f"in training, epoch {state.epoch} of {state.epochs} done, {60 * (1 - share):.0f} min left"
    ]
    assert told[2].strip().startswith("waits, 1.0 h")
    assert told[2].endswith("run 2")
    first = NOW.replace(minute=round(60 * (1 - share)))
    assert told[-2] == f"  figures, seed 0: 1 of 2 recorded, done about {first:%a %d %b %H:%M}"
    second = NOW.replace(hour=13, minute=round(60 * (1 - share)))
    assert told[-1] == f"  figures, seed 1: 0 of 2 recorded, done about {second:%a %d %b %H:%M}"


def test_nothing_in_training(plan: SavedPlan) -> None:
    told = lines(plan, NOW)
    assert "waits, resumes after epoch" in told[1]
    assert told[-1] == "  nothing is being trained; the times hold if the same command starts again now"


def test_a_plan_is_read_as_it_was_saved(plan: SavedPlan, tmp_path: Path) -> None:
    plan.save(tmp_path)
    assert list(saved_plans(tmp_path)) == [plan]
    (path,) = tmp_path.glob(".plan-*.json")
    whole = path.read_text()
    values = json.loads(whole)
    damaged = ({"jobs": "two"}, {"jobs": 0}, {"items": [{**values["items"][0], "seconds": None}]})
    for content in (whole[:-20], "[]", *(json.dumps(values | change) for change in damaged)):
        path.write_text(content)
        with pytest.raises(UserError, match="damaged plan"):
            list(saved_plans(tmp_path))


@pytest.mark.parametrize(("failures", "left"), [(["loss=ce: failed"], 1), ([], 0)])
def test_a_reproduction_without_failures_leaves_no_plan(
    failures: list[str], left: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sl.reproduce.command.plan_runs", lambda *_: [])
    monkeypatch.setattr("sl.reproduce.command.execute", lambda *_: failures)
    monkeypatch.setattr("sl.reproduce.command.redraw", lambda *_: None)
    folders = [f"runs_dir={tmp_path / 'runs'}", f"results_dir={tmp_path}"]
    assert reproduce(compose_config(["experiment=fig1", "scale=cpu", "device=cpu", *folders], "reproduce")) == failures
    assert len(list((tmp_path / "runs").glob(".plan-*.json"))) == left


def test_a_folder_without_plans_has_nothing_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status(tmp_path)
    assert capsys.readouterr().out == f"{tmp_path}: no reproduction in this folder has runs left to train\n"
    with pytest.raises(UserError, match=r"runs_dir=.* must be a folder that holds run records"):
        status(tmp_path / "missing")


def test_the_command_needs_neither_torch_nor_hydra(plan: SavedPlan, tmp_path: Path) -> None:
    plan.save(tmp_path)
    for name in ("torch", "hydra"):
        (tmp_path / f"{name}.py").write_text(f"raise SystemExit('{name} was imported')")
    command = [sys.executable, str(ROOT / "scripts" / "reproduce.py"), "status", f"runs_dir={tmp_path}"]
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("figures scale=paper: 1 of 4 runs recorded")


def test_a_diverged_run_is_named_and_not_waited_for(plan: SavedPlan, tmp_path: Path) -> None:
    begun = synthetic.lines(synthetic.header())[:2]
    last = {
        "kind": "diverged",
        "epoch": 2,
        "step": 5,
        "lr": 0.1,
        "loss": "nan",
        "finished": "2026-01-01T00:00:00+00:00",
    }
    diverged = replace(plan.items[3], record=str(synthetic.write(tmp_path / "diverged", [*begun, last])))
    told = lines(replace(plan, items=(*plan.items[:3], diverged)), NOW)
    assert told[:2] == ["figures scale=paper: 2 of 4 runs recorded, 0 in training", "  diverged: run 3"]
    assert told[-2].startswith("  figures, seed 1: 1 of 2 recorded, done about ")


def test_runs_in_training_come_first_and_then_three_that_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More may be in training than the plan asks for, by another command: all of them are then waited for."""
    items = [SavedRun("seed 0", f"run {place}", str(tmp_path / f"{place}.jsonl"), 3600.0) for place in range(6)]
    monkeypatch.setattr("sl.reproduce.status.in_training", lambda record: record.stem in ("4", "5"))
    told = lines(SavedPlan("figures", 1, tuple(items)), NOW)
    assert [line.split()[-1] for line in told[1:-1]] == ["4", "5", "0", "1", "2"]
    assert told[1].startswith("  in training, epoch 0 of ? done, 1.0 h left ")
    assert told[-1].endswith(f"done about {NOW.replace(hour=15):%a %d %b %H:%M}")


def test_the_latest_plan_comes_first(tmp_path: Path) -> None:
    for name, moment in (("old", 1), ("new", 3), ("middle", 2)):
        SavedPlan(name, 1, ()).save(tmp_path)
        os.utime(tmp_path / f".plan-{name}.json", (moment, moment))
    assert [plan.name for plan in saved_plans(tmp_path)] == ["new", "middle", "old"]
