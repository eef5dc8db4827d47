"""How long a run will take: measured, or from records of runs that cost the same."""

import os
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest
import synthetic
import torch
from wanted_runs import WANTED

from sl.processes import as_one_of
from sl.record import read
from sl.reproduce.command import timed
from sl.reproduce.estimate import estimate, latest_first, measured
from sl.reproduce.execute import train_one
from sl.reproduce.plan import PlannedRun, plan_runs
from sl.train.prepared import prepare
from sl.train.threads import share


def test_times_of_runs_are_known_once_one_is_recorded(plan: list[PlannedRun]) -> None:
    (measured,) = estimate(plan).values()
    assert measured > 0
    assert train_one(plan[0].overrides) is None
    (recorded,) = estimate(plan).values()
    end = read(plan[0].record).end
    assert end is not None
    assert recorded == pytest.approx(end.seconds)


def test_a_measurement_counts_every_step_and_every_evaluation(
    plan: list[PlannedRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock that is a second on at each look: two steps take one, the test images of digits too."""
    prepared = prepare(plan[0].cell.config)
    monkeypatch.setattr("sl.reproduce.estimate.time", SimpleNamespace(perf_counter=count().__next__))
    assert measured(prepared) == pytest.approx(prepared.plan.steps / 2 + prepared.plan.epochs)


def test_the_newest_record_counts(tmp_path: Path) -> None:
    for seed, moment in ((0, 2), (1, 3), (2, 1)):
        os.utime(synthetic.record(tmp_path, seed=seed), (moment, moment))
    assert [run.seed for run in latest_first(tmp_path)] == [1, 0, 2]


def test_the_record_of_a_run_that_costs_something_else_says_nothing(
    plan: list[PlannedRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert train_one(plan[0].overrides) is None
    end = read(plan[0].record).end
    assert end is not None
    monkeypatch.setattr("sl.reproduce.estimate.measured", lambda prepared: -1.0)
    precision = "float32" if plan[0].cell.runtime.precision == "bfloat16" else "bfloat16"
    others = ("recipe.epochs=3", "recipe.batch_size=32", f"runtime.precision={precision}", "holdout=0.5", "fold=1/2")
    for changed, seconds in (("seed=1", end.seconds), *((other, -1.0) for other in others)):
        assert list(estimate(plan_runs(WANTED, [*plan[0].common, changed])).values()) == [seconds]


@pytest.mark.parametrize(("done", "jobs"), [(0, 2), (1, 1), (2, 1)])
def test_a_plan_counts_on_no_more_processes_than_runs_are_left(
    done: int, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their time is estimated with the cores that each of these will have."""
    shares: list[int] = []
    monkeypatch.setattr("sl.reproduce.command.estimate", lambda plan: shares.append(share(8)) or {})
    runs = [SimpleNamespace(ended=place < done, wanted=("a",), record=Path("a"), cost_key="a") for place in range(2)]
    assert timed("fig1", runs, {("a",): "fig1"}, jobs=8).jobs == jobs
    assert shares == [8 // jobs]
    assert share(8) == 8


def test_times_come_from_records_of_runs_with_as_many_threads(
    plan: list[PlannedRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    able = torch.cpu.get_capabilities() | {"num_physical_cores": 8}
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
    monkeypatch.setattr("sl.train.threads.cores", lambda: 8)
    monkeypatch.setattr("sl.reproduce.estimate.measured", lambda prepared: -1.0)
    assert train_one(plan[0].overrides) is None  # with runtime.threads=1
    common = [given for given in plan[0].common if not given.startswith("runtime.threads")]
    others = plan_runs([(*plan[0].wanted, "seed=1")], common)
    assert list(estimate(others).values()) != [-1.0]  # on digits one thread is what a run takes of itself
    monkeypatch.setattr("sl.train.threads.SMALL_STEP", 0)
    assert list(estimate(others).values()) == [-1.0]
    with as_one_of(8):
        assert list(estimate(others).values()) != [-1.0]
