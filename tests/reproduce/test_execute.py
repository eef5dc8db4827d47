"""Carrying out a plan: several runs at once, a time limit, runs that fail."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from sl.record import load_all, read
from sl.reproduce.command import redraw
from sl.reproduce.deadline import Deadline
from sl.reproduce.execute import BUSY, NO_TIME, POLL_SECONDS, execute, train_one
from sl.reproduce.plan import PlannedRun
from sl.reproduce.progress import RunProgress
from sl.workers import TaskResult


@pytest.mark.slow
def test_several_at_once_give_the_same_as_one_after_another(plan: list[PlannedRun], tmp_path: Path) -> None:
    assert execute(plan, jobs=2) == []
    assert all(run.done for run in plan)
    at_once = {run.identity: read(run.record).epochs for run in plan}
    for run in plan:
        run.record.unlink()
        assert train_one(run.overrides) is None
    assert at_once == {run.identity: read(run.record).epochs for run in plan}
    redraw(load_all(tmp_path / "runs"), tmp_path / "out")
    assert (tmp_path / "out" / "figures" / "digits").is_dir()
    assert list((tmp_path / "out" / "tables").glob("digits_*.md"))


@pytest.mark.parametrize(("before", "allowed"), [(0, 2), (9, 1)])
def test_no_run_is_begun_that_would_not_be_over_in_time(
    plan: list[PlannedRun], monkeypatch: pytest.MonkeyPatch, before: int, allowed: int
) -> None:
    """A run takes 40 s. Nine of the ten epochs of the first may be there `before`: they say nothing of the speed."""
    begun: list[tuple[str, ...]] = []

    def progress(record: Path) -> RunProgress:
        number = [run.record for run in plan].index(record)
        return RunProgress(ended=plan[number].overrides in begun, epoch=0 if number else before, epochs=10)

    monkeypatch.setattr("sl.reproduce.execute.Workers", partial(AtOnce, begun))
    monkeypatch.setattr("sl.reproduce.execute.progress", progress)
    clock = iter(range(0, 1000, 40)).__next__
    failures = execute(plan, 1, Deadline(170, clock))
    assert begun == [run.overrides for run in plan[:allowed]]
    assert [NO_TIME in failure for failure in failures] == [number >= allowed for number in range(4)]


class AtOnce:
    """Workers whose one task is over when it begins."""

    def __init__(self, begun: list[tuple[str, ...]], count: int, task: object) -> None:
        self.begun, self.idle, self.busy = begun, 1, 0

    def start(self, number: int, argument: tuple[str, ...]) -> None:
        self.begun.append(argument)
        self.number, self.idle, self.busy = number, 0, 1

    def finished(self, seconds: float) -> list[tuple[int, TaskResult]]:
        self.idle, self.busy = 1, 0
        return [(self.number, TaskResult("as it was told"))]

    def __enter__(self) -> "AtOnce":
        return self

    def __exit__(self, *_: object) -> None:
        pass


def test_a_run_that_another_process_took_first_is_asked_for_again_after_the_others(
    plan: list[PlannedRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[tuple[str, ...]] = []

    class TakenFirst(AtOnce):
        def finished(self, seconds: float) -> list[tuple[int, TaskResult]]:
            ((number, outcome),) = super().finished(seconds)
            return [(number, TaskResult(BUSY) if len(begun) == 1 else outcome)]

    monkeypatch.setattr("sl.reproduce.execute.Workers", partial(TakenFirst, begun))
    failures = execute(plan[:2], 1)
    assert begun == [plan[place].overrides for place in (0, 1, 0)]
    assert all(": as it was told; " in failure for failure in failures)


def test_a_run_that_another_process_trains_is_waited_for(
    plan: list[PlannedRun], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And taken over, where that process ends before the run does."""
    begun: list[tuple[str, ...]] = []
    slept: list[float] = []
    looks = iter([True, True, True, False])
    monkeypatch.setattr("sl.reproduce.execute.in_training", lambda record: record == plan[0].record and next(looks))
    monkeypatch.setattr("sl.reproduce.execute.time", SimpleNamespace(sleep=slept.append))
    monkeypatch.setattr("sl.reproduce.execute.Workers", partial(AtOnce, begun))
    execute(plan[:2], 1)
    assert begun == [plan[1].overrides, plan[0].overrides]
    assert slept == [POLL_SECONDS] * 2
    assert capsys.readouterr().out == "waiting for 1 run that other processes train\n"


def test_a_run_that_another_process_ended_is_not_begun(plan: list[PlannedRun], monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[tuple[str, ...]] = []
    assert train_one(plan[0].overrides) is None
    monkeypatch.setattr("sl.reproduce.execute.Workers", partial(AtOnce, begun))
    execute(plan[:2], 1)
    assert begun == [plan[1].overrides]


def test_a_run_that_fails_does_not_stop_the_others(plan: list[PlannedRun]) -> None:
    refused = replace(plan[0], wanted=(*plan[0].wanted, "recipe.epochs=0"))
    (failure,) = execute([refused, plan[1]], jobs=1)
    assert failure.startswith(f"{' '.join(refused.wanted)}: recipe.epochs=0: ")
    assert failure.endswith(f"to run it again: sl train {' '.join(refused.overrides)}")
    assert plan[1].done


def test_a_bug_in_a_run_is_printed_and_named(
    plan: list[PlannedRun], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr("sl.train.run.train", fail)
    assert train_one(plan[0].overrides) == "a bug: KeyError: 'a bug'"
    assert capsys.readouterr().err.startswith("Traceback (most recent call last):")


def test_a_folder_that_cannot_be_written_is_one_line_for_each_run(
    plan: list[PlannedRun], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    folder = f"{tmp_path}/file/below"
    refused = [replace(run, common=(*run.common, f"checkpoints_dir={folder}")) for run in plan[:2]]
    failures = execute(refused, jobs=1)
    reason = f"checkpoints_dir={folder}: must be a folder that can be created and used: {folder}: Not a directory"
    assert [failure.partition("; to run it again: ")[0] for failure in failures] == [
        f"{' '.join(run.wanted)}: {reason}" for run in refused
    ]
    assert train_one(refused[0].overrides) == reason
    below = "checkpoints_dir=/proc/no/such"  # the system refuses a folder above it
    reason = f"{below}: must be a folder that can be created and used: /proc/no: No such file or directory"
    assert train_one((*plan[0].overrides, below)) == reason
    assert capsys.readouterr().err == ""


def test_a_folder_where_a_record_should_be_is_no_complete_run(plan: list[PlannedRun]) -> None:
    plan[0].record.mkdir(parents=True)
    assert not plan[0].done
