"""Plans of experiments: which runs, in which order, which are done; and carrying them out."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from sl.config.compose import compose_run, hydra_ready
from sl.errors import UserError
from sl.files import check_writable
from sl.processes import as_one_of
from sl.record import load_all, read
from sl.reproduce import experiment
from sl.reproduce.command import UNKEPT, redraw, reproduce, summary, timed
from sl.reproduce.deadline import Deadline
from sl.reproduce.estimate import estimate
from sl.reproduce.execute import NO_TIME, execute, train_one
from sl.reproduce.plan import PlannedRun, plan_runs
from sl.reproduce.progress import Item, SavedPlan
from sl.train.described import describe_run
from sl.train.jobs import choose_jobs
from sl.train.run import train
from sl.train.threads import asked_threads, share
from sl.workers import TaskResult

WANTED = [
    ("dataset=digits", f"noise={noise}", f"loss={loss}", "recipe.epochs=2", "seed=0")
    for noise in ("none", "symmetric")
    for loss in ("ce", "sl")
]


@pytest.fixture
def plan(tmp_path: Path) -> list[PlannedRun]:
    folders = [f"runs_dir={tmp_path / 'runs'}", f"checkpoints_dir={tmp_path / 'checkpoints'}"]
    return plan_runs(WANTED, [*folders, "runtime.device=cpu", "runtime.threads=1", "scale.train_share=0.2"])


def test_comma_lists_expand_like_a_sweep() -> None:
    assert experiment.expand("dataset=cifar10 noise.rate=0.2,0.4 loss=ce,sl") == [
        ("dataset=cifar10", "noise.rate=0.2", "loss=ce"),
        ("dataset=cifar10", "noise.rate=0.2", "loss=sl"),
        ("dataset=cifar10", "noise.rate=0.4", "loss=ce"),
        ("dataset=cifar10", "noise.rate=0.4", "loss=sl"),
    ]


def test_every_cell_comes_once_before_any_comes_twice() -> None:
    seeds = [run[-1] for run in experiment.runs("table_cifar10")]
    assert seeds == sorted(seeds)
    assert len(seeds) == 6 * 49  # 7 methods x 7 noise settings, 6 seeds


@pytest.mark.slow
def test_cifar10_starts_with_the_figures_and_trains_nothing_twice(tmp_path: Path) -> None:
    runs = list(experiment.runs("cifar10", [0]))
    assert {override for override in runs[0] if "=" in override} >= {"noise.rate=0.4", "loss=ce"}
    with hydra_ready():
        plan = plan_runs(runs, ["scale=cpu", f"runs_dir={tmp_path}"])
    assert len(plan) == 101 < len(runs)  # the table has 49
    assert len({run.identity for run in plan}) == 101


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [path.stem for path in (experiment.CONFIG_DIR / "experiment").glob("*.yaml") if path.stem != "cifar10"]
)
def test_every_experiment_can_be_planned(name: str, tmp_path: Path) -> None:
    assert plan_runs(experiment.runs(name, [0]), ["scale=cpu", f"runs_dir={tmp_path}"])


def test_cifar10_has_one_seed_of_every_cell_before_more_seeds() -> None:
    """After the runs of the figures, which come with all their seeds."""
    runs = list(experiment.runs("cifar10"))
    figures = list(experiment.runs("figures"))
    assert runs[: len(figures)] == figures
    seeds = [int(run[-1].removeprefix("seed=")) for run in runs[len(figures) :]]
    assert seeds == sorted(seeds)
    once = {run[:-1] for run in runs[len(figures) :] if run[-1] == "seed=0"}
    assert once == {run[:-1] for run in runs[len(figures) :]}


def test_what_experiments_share_is_counted() -> None:
    """Fig. 2 is CE on clean and noisy labels and SL on noisy ones, whatever is looked at besides."""
    fig2 = list(experiment.runs("fig2", [0]))
    shared = experiment.sharing(fig2)
    assert shared["fig2"] == shared["figures"] == shared["table_cifar10"] == 3
    assert "boosting" not in shared
    assert shared["alpha_beta"] == 1
    assert list(shared.values()) == sorted(shared.values(), reverse=True)


@pytest.mark.parametrize(("shares", "name"), [((), "paper"), (("scale.train_share=0.5",), "cpu")])
def test_a_scale_that_leaves_nothing_out_is_the_papers(shares: tuple[str, ...], name: str, tmp_path: Path) -> None:
    """On digits scale=cpu is the whole data set for all epochs: the same page as scale=paper."""
    (planned,) = plan_runs([("dataset=digits", *shares)], ["scale=cpu", f"runs_dir={tmp_path}"])
    assert planned.described.names["scale"] == name


@pytest.mark.parametrize("text", ["x", -1, 1.5])
def test_wrong_seeds_are_refused(text: object) -> None:
    with pytest.raises(UserError, match="seeds="):
        experiment.parse_seeds(text)


def test_a_cell_composed_once_gives_the_identities_of_its_single_runs(tmp_path: Path) -> None:
    common = ("scale=cpu", f"runs_dir={tmp_path}", "data_dir=nowhere")
    runs = list(experiment.runs("fig1", [0, 3]))
    with hydra_ready():
        alone = [describe_run(compose_run((*run, *common))).identity for run in runs]
    assert [run.identity for run in plan_runs(runs, common)] == alone
    assert len(set(alone)) == len(runs)


def test_a_plan_is_told_as_it_grows(tmp_path: Path) -> None:
    told: list[str] = []
    with pytest.raises(UserError):
        plan_runs([WANTED[0], ("loss=nothing",)], [f"runs_dir={tmp_path}"], lambda run: told.append(run.identity))
    assert len(told) == 1


def test_the_figures_begin_with_what_shows_most() -> None:
    """One seed of the seven cells, then the other seeds of CE and SL at 40 %, then the rest."""
    found = [
        (dict(part.split("=", 1) for part in run).get("noise.rate"), *run[-3:])
        for run in dict.fromkeys(experiment.runs("figures"))
    ]
    order = [(rate, loss.removeprefix("loss="), int(seed.removeprefix("seed="))) for rate, loss, _, seed in found]
    seven = [("0.4", "ce"), ("0.4", "sl"), (None, "ce"), ("0.6", "sl"), ("0.6", "ce"), ("0.4", "gce"), ("0.4", "lsr")]
    assert order[:7] == [(*cell, 0) for cell in seven]
    assert order[7:11] == [("0.4", loss, seed) for seed in (1, 2) for loss in ("ce", "sl")]
    assert order[11:] == [(*cell, seed) for seed in (1, 2) for cell in seven[2:]]


def test_hours_of_every_step() -> None:
    items = [
        Item("figures, seed 0", "loss=ce", "a", 3600.0),
        Item("figures, seed 0", "loss=sl", "b", 3600.0),
        Item("figures, seed 0", "loss=gce", "c", 3600.0),
        Item("cifar10, seed 0", "loss=lsr", "d", 7200.0),
        Item("cifar10, seed 1", "loss=lsr", "e", 7200.0),
    ]
    lines = summary(SavedPlan("cifar10", 2, tuple(items)), [True, False, False, False, True], {"fig1": 2})
    assert lines == [
        "figures, seed 0: 3 runs, 2 to train: 1.0 h, done after 1.0 h",
        "cifar10, seed 0: 1 runs, 1 to train: 1.0 h, done after 3.0 h",
        "cifar10, seed 1: 1 runs, 0 to train",
        "2 of 5 runs are done; 3 to train, about 3.0 h with 2 at once",
        "of these runs, experiments need: fig1 2",
    ]


def test_times_of_runs_are_known_once_one_is_recorded(plan: list[PlannedRun]) -> None:
    (measured,) = estimate(plan).values()
    assert measured > 0
    assert train_one(plan[0].overrides) is None
    (recorded,) = estimate(plan).values()
    end = read(plan[0].record).end
    assert end is not None
    assert recorded == pytest.approx(end.seconds)


def test_the_record_of_a_run_that_costs_something_else_says_nothing(
    plan: list[PlannedRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert train_one(plan[0].overrides) is None
    end = read(plan[0].record).end
    assert end is not None
    monkeypatch.setattr("sl.reproduce.estimate.measured", lambda job: -1.0)
    precision = "float32" if plan[0].described.runtime.precision == "bfloat16" else "bfloat16"
    others = ("recipe.epochs=3", "recipe.batch_size=32", f"runtime.precision={precision}", "holdout=0.5", "fold=1/2")
    for changed, seconds in (("seed=1", end.seconds), *((other, -1.0) for other in others)):
        assert list(estimate(plan_runs(WANTED, [*plan[0].common, changed])).values()) == [seconds]


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


def test_no_run_is_begun_that_would_not_be_over_in_time(
    plan: list[PlannedRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[tuple[str, ...]] = []
    monkeypatch.setattr("sl.reproduce.execute.Workers", partial(AtOnce, begun))
    monkeypatch.setattr("sl.reproduce.execute.shares_done", lambda records: [1.0] * len(records))
    clock = iter(range(0, 1000, 40)).__next__  # a run takes 40 s
    failures = execute(plan, 1, Deadline(130, clock))
    assert begun == [run.overrides for run in plan[:2]]
    assert [NO_TIME in failure for failure in failures] == [False, False, True, True]


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


def test_a_run_that_fails_does_not_stop_the_others(plan: list[PlannedRun]) -> None:
    refused = replace(plan[0], wanted=(*plan[0].wanted, "recipe.epochs=0"))
    (failure,) = execute([refused, plan[1]], jobs=1)
    assert failure.startswith(f"{' '.join(refused.wanted)}: recipe.epochs=0: ")
    assert failure.endswith(f"to run it again: sl train {' '.join(refused.overrides)}")
    assert plan[1].done


def test_a_folder_that_cannot_be_written_is_one_line_for_each_run(
    plan: list[PlannedRun], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    folder = f"{tmp_path}/file/below"
    refused = [replace(run, common=(*run.common, f"checkpoints_dir={folder}")) for run in plan[:2]]
    failures = execute(refused, jobs=1)
    reason = f"checkpoints_dir={folder}: must be a folder that can be made and used: {folder}: Not a directory"
    assert [failure.partition("; to run it again: ")[0] for failure in failures] == [
        f"{' '.join(run.wanted)}: {reason}" for run in refused
    ]
    assert train_one(refused[0].overrides) == reason
    assert capsys.readouterr().err == ""


def test_a_folder_where_a_record_should_be_is_no_complete_run(plan: list[PlannedRun]) -> None:
    plan[0].record.mkdir(parents=True)
    assert not plan[0].done


def test_a_folder_that_cannot_be_written_is_found_before_training(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="must be a folder that can be written to"):
        check_writable("runs_dir", tmp_path / "file" / "runs")


@pytest.mark.parametrize(("wanted", "jobs"), [(None, 8), (1, 1), (4, 4), (16, 16)])
def test_a_cpu_trains_one_run_per_core_unless_a_number_is_wanted(
    wanted: int | None, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sl.train.jobs.cores", lambda: 8)
    assert choose_jobs(wanted, "cpu") == jobs


@pytest.mark.parametrize(("done", "jobs"), [(0, 2), (1, 1), (2, 1)])
def test_a_plan_counts_on_no_more_processes_than_runs_are_left(
    done: int, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their time is estimated with the cores that each of these will have."""
    shares: list[int] = []
    monkeypatch.setattr("sl.reproduce.command.estimate", lambda plan: shares.append(share(8)) or {})
    runs = [SimpleNamespace(done=place < done, wanted=("a",), record=Path("a"), cost_key="a") for place in range(2)]
    assert timed("fig1", runs, {("a",): "fig1"}, jobs=8).jobs == jobs
    assert shares == [8 // jobs]
    assert share(8) == 8


def test_times_come_from_records_of_runs_with_the_same_share_of_the_cores(
    plan: list[PlannedRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr("sl.train.threads.cores", lambda: 8)
    monkeypatch.setattr("sl.train.device.cores", lambda: 8)
    monkeypatch.setattr("sl.reproduce.estimate.measured", lambda job: -1.0)
    assert train_one(plan[0].overrides) is None  # with runtime.threads=1
    common = [given for given in plan[0].common if not given.startswith("runtime.threads")]
    others = plan_runs([(*plan[0].wanted, "seed=1")], common)
    assert list(estimate(others).values()) == [-1.0]
    with as_one_of(8):
        assert list(estimate(others).values()) != [-1.0]


@pytest.mark.parametrize("given", ["seed=5", "+seed=5", "++seed=5"])
def test_a_seed_among_the_overrides_is_refused(given: str, tmp_path: Path) -> None:
    """It would train one seed in the place of all, and be taken for none of them."""
    folders = [f"runs_dir={tmp_path / 'runs'}", f"results_dir={tmp_path}"]
    config = compose_run(["experiment=cifar10", "device=cpu", f'overrides=["{given}"]', *folders], "reproduce")
    with pytest.raises(UserError, match=r"overrides=.*: must not set the seed; give seeds=\[...\]"):
        reproduce(config)


def test_no_runs_at_once_are_refused() -> None:
    with pytest.raises(UserError, match="jobs=0"):
        choose_jobs(0, "cpu")


def test_a_reproduction_takes_the_threads_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    planned: list[str] = []
    monkeypatch.setattr("sl.reproduce.command.plan_runs", lambda runs, common, tell: planned.extend(common) or [])
    folders = [f"runs_dir={tmp_path / 'runs'}", f"results_dir={tmp_path}"]
    options = ["experiment=fig1", "scale=cpu", "device=cpu", "jobs=1", "plan_only=true", *folders]
    assert reproduce(compose_run(options, "reproduce")) == []
    assert asked_threads(compose_run(planned).runtime) == 3


def test_done_runs_without_the_representations_that_an_experiment_needs_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [f"runs_dir={tmp_path / 'runs'}", f"checkpoints_dir={tmp_path / 'checkpoints'}"]
    common = [*folders, "scale=cpu", "runtime.device=cpu", "runtime.threads=1"]
    cell = ("dataset=digits", "noise=none", "recipe.epochs=1", "seed=0")
    wanted = [(*cell, "loss=ce", "probe.representations=20"), (*cell, "loss=sl", "probe.representations=20")]
    train(compose_run([*cell, "loss=ce", *common]))
    train(compose_run([*wanted[1], *common]))
    monkeypatch.setattr(experiment, "steps", lambda *_: [("fig2", run) for run in wanted])
    options = ["experiment=fig2", "scale=cpu", "device=cpu", "plan_only=true", folders[0], f"results_dir={tmp_path}"]
    assert reproduce(compose_run(options, "reproduce")) == []
    assert f"1 of the runs that are done {UNKEPT}\n" in capsys.readouterr().out
