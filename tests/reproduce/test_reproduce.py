"""The command: what it says of a plan, what it refuses, how many processes it takes."""

from pathlib import Path

import pytest

from sl.config.compose import compose_config, compose_run
from sl.errors import UserError
from sl.reproduce import experiment
from sl.reproduce.command import UNKEPT, reproduce, summary
from sl.reproduce.progress import SavedPlan, SavedRun
from sl.train.jobs import choose_jobs
from sl.train.run import train
from sl.train.threads import asked_threads


def test_hours_of_every_step() -> None:
    items = [
        SavedRun("figures, seed 0", "loss=ce", "a", 3600.0),
        SavedRun("figures, seed 0", "loss=sl", "b", 3600.0),
        SavedRun("figures, seed 0", "loss=gce", "c", 3600.0),
        SavedRun("cifar10, seed 0", "loss=lsr", "d", 7200.0),
        SavedRun("cifar10, seed 1", "loss=lsr", "e", 7200.0),
        SavedRun("cifar10, seed 1", "loss=mae", "f", 7200.0),
    ]
    states = ["complete", "missing", "unfinished", "damaged", "complete", "diverged"]
    lines = summary(SavedPlan("cifar10", 2, tuple(items)), states)
    assert lines == [
        "figures, seed 0: 3 runs, 2 to train: 1.0 h, done after 1.0 h",
        "cifar10, seed 0: 1 run, 1 to train: 1.0 h, done after 3.0 h",
        "cifar10, seed 1: 2 runs, 0 to train",
        "2 of 6 runs done, 1 diverged; 3 to train: 3.0 h with 2 at once",
    ]


@pytest.mark.parametrize("option", ["runs_dir", "results_dir"])
def test_a_folder_that_cannot_be_written_is_found_before_training(
    option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sl.reproduce.command.plan_runs", lambda *_: pytest.fail("it was planned"))
    (tmp_path / "file").write_text("")
    folders = {"runs_dir": tmp_path / "runs", "results_dir": tmp_path, option: tmp_path / "file" / "below"}
    options = ["experiment=fig1", "device=cpu", *(f"{name}={folder}" for name, folder in folders.items())]
    with pytest.raises(UserError, match=rf"^{option}=.*: must be a folder that can be written to"):
        reproduce(compose_config(options, "reproduce"))


@pytest.mark.parametrize(("wanted", "jobs"), [(None, 8), (1, 1), (4, 4), (16, 16)])
def test_a_cpu_trains_one_run_per_core_unless_a_number_is_wanted(
    wanted: int | None, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sl.train.jobs.cores", lambda: 8)
    assert choose_jobs(wanted, "cpu") == jobs


@pytest.mark.parametrize(
    "given", ["seed=5", "+seed=5", "++seed=5", "runs_dir=other", "scale=cpu", "runtime.device=cuda"]
)
def test_what_has_an_option_of_its_own_is_refused_among_the_overrides(given: str, tmp_path: Path) -> None:
    """One seed would be trained in the place of all; figures would not show runs of another folder."""
    folders = [f"runs_dir={tmp_path / 'runs'}", f"results_dir={tmp_path}"]
    config = compose_config(["experiment=cifar10", "device=cpu", f'overrides=["{given}"]', *folders], "reproduce")
    with pytest.raises(
        UserError, match=r"overrides=.*: must not set (seed; give seeds=\[...\]|(runs_dir|scale|runtime.device); give )"
    ):
        reproduce(config)


def test_a_reproduction_takes_the_threads_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    planned: list[str] = []
    monkeypatch.setattr("sl.reproduce.command.plan_runs", lambda runs, common, tell: planned.extend(common) or [])
    folders = [f"runs_dir={tmp_path / 'runs'}", f"results_dir={tmp_path}"]
    options = ["experiment=fig1", "scale=cpu", "device=cpu", "jobs=1", "plan_only=true", *folders]
    assert reproduce(compose_config(options, "reproduce")) == []
    assert asked_threads(compose_run(planned).runtime) == 3


@pytest.mark.parametrize(("scale", "recipe"), [("cpu", True), ("paper", False)])
def test_scaled_down_runs_on_cifar_have_a_recipe_of_their_own(
    scale: str, recipe: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned: list[tuple[str, ...]] = []
    monkeypatch.setattr("sl.reproduce.command.plan_runs", lambda runs, common, tell: planned.extend(runs) or [])
    folders = [f"runs_dir={tmp_path / 'runs'}", f"results_dir={tmp_path}"]
    options = ["experiment=fig1", f"scale={scale}", "device=cpu", "plan_only=true", *folders]
    assert reproduce(compose_config(options, "reproduce")) == []
    assert planned
    assert all(("recipe=apl" in run) is recipe for run in planned)


def test_a_recipe_for_all_runs_comes_without_what_belongs_to_the_scaled_down_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pages of claims print such a command; on CIFAR-100 the learning rate of recipe=apl stayed."""
    planned: list[tuple[str, ...]] = []
    monkeypatch.setattr("sl.reproduce.command.plan_runs", lambda runs, common, tell: planned.extend(runs) or [])
    options = ["experiment=table_cifar100", "scale=cpu", "device=cpu", "plan_only=true", "seeds=0"]
    options += [f"runs_dir={tmp_path / 'runs'}", f"results_dir={tmp_path}", 'overrides=["recipe=authors_code"]']
    assert reproduce(compose_config(options, "reproduce")) == []
    assert planned[0] == ("dataset=cifar100", "model=resnet44", "runtime.precision=float32", *planned[0][3:])
    assert not [word for run in planned for word in run if word.startswith("recipe")]


def test_a_limit_is_in_minutes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[float] = []
    monkeypatch.setattr("sl.reproduce.command.plan_runs", lambda *_: [])
    monkeypatch.setattr("sl.reproduce.command.redraw", lambda *_: None)
    monkeypatch.setattr(
        "sl.reproduce.command.execute", lambda todo, jobs, deadline: limits.append(deadline.end - deadline.begin) or []
    )
    folders = [f"runs_dir={tmp_path / 'runs'}", f"results_dir={tmp_path}"]
    options = ["experiment=fig1", "scale=cpu", "device=cpu", "minutes=2", *folders]
    assert reproduce(compose_config(options, "reproduce")) == []
    assert limits == [120]


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
    assert reproduce(compose_config(options, "reproduce")) == []
    assert f"1 of the runs that are done {UNKEPT}\n" in capsys.readouterr().out


def test_a_diverged_run_is_trained_once_and_named_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = ("dataset=digits", "noise=none", "loss=ce", "recipe.epochs=1", "recipe.lr=1e20", "seed=0")
    monkeypatch.setattr(experiment, "steps", lambda *_: [("fig2", cell)])
    monkeypatch.chdir(tmp_path)
    options = ["experiment=fig2", "scale=cpu", "device=cpu", "jobs=1", "runs_dir=runs", "results_dir=out"]
    for counts in ("0 of 1 run done; 1 to train: ", "0 of 1 run done, 1 diverged; 0 to train\n"):
        with pytest.raises(UserError, match=r"^1 of the runs asked for diverged: see above$"):  # as sl train refuses it
            reproduce(compose_config(options, "reproduce"))
        said = capsys.readouterr().out
        assert counts in said
        (record,) = Path("runs").rglob("*.jsonl")
        assert said.endswith(f"diverged: {' '.join(cell)}; remove {record} to train it again\n")
    assert " diverged  dataset=digits " in said
    monkeypatch.setattr("sl.reproduce.command.execute", lambda *_: ["loss=sl: failed"])
    assert reproduce(compose_config(options, "reproduce")) == ["loss=sl: failed"]  # what can be run again comes first
