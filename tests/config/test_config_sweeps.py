"""Sweeps: a mistake ends them before they begin, a failed run does not stop the others, a bug keeps its traceback."""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sl.config.compose import hydra_ready
from sl.config.flags import checked
from sl.config.groups import choices
from sl.config.in_processes import InProcesses
from sl.config.overrides import parsed
from sl.config.sweep import single_changes
from sl.errors import UserError
from sl.options.run import RunConfig
from sl.record import load_all
from sl.sweep import job
from sl.train.threads import asked_threads, share

Command = Callable[..., Any]  # returns an Outcome (conftest.py)


def make_task(folder: Path) -> Callable[[RunConfig], None]:
    """A task, for any process: a file for each seed, but seed 1 is refused, 2 has a bug and 4 is killed."""

    def task(config: RunConfig) -> None:
        if config.seed == 1:
            raise UserError("seed=1: refused here")
        if config.seed == 2:
            {}["a bug"]
        if config.seed == 4:
            os.kill(os.getpid(), signal.SIGKILL)
        (folder / f"seed{config.seed}").write_text(str(os.getpid()))

    return task


@pytest.fixture
def sweep(run_task: Command, tmp_path: Path) -> Command:
    """A sweep over these seeds with make_task's task."""
    return lambda seeds, launcher: run_task(
        make_task(tmp_path), "config", "-m", *f"hydra/launcher={launcher}".split(), f"seed={seeds}"
    )


@pytest.mark.parametrize("launcher", ["basic", "joblib", "submitit_local"])
def test_every_failure_is_named_after_all_others_have_run(launcher: str, sweep: Command, tmp_path: Path) -> None:
    """The first of them says how the sweep ended."""
    outcome = sweep("1,2,0,3", launcher)
    assert outcome.mistake == "seed=1: refused here"
    assert outcome.out.splitlines()[-5:] == [
        "2 of 4 runs done, 2 failed",
        "  failed: seed=1: seed=1: refused here",
        "    to run it again: sl train seed=1",
        "  failed: seed=2: a bug: KeyError: 'a bug'",
        "    to run it again: sl train seed=2",
    ]
    assert sum(" of 4 done, time left " in line for line in outcome.out.splitlines()) == 4  # a line for each run
    assert {path.name for path in tmp_path.iterdir()} == {"seed0", "seed3", "outputs"}
    assert {path.name for path in (tmp_path / "outputs").iterdir()} <= {"multirun.yaml", ".submitit"}


def test_a_bug_keeps_its_traceback_and_exits_with_1(sweep: Command, tmp_path: Path) -> None:
    outcome = sweep("2,0", "joblib")
    assert outcome.code == 1
    assert ", in task\n" in outcome.err  # cloudpickle 3.1.3 keeps no file of a function that it carries
    assert outcome.err.endswith("KeyError: 'a bug'\nsl: a bug, in the run seed=2\n")
    assert (tmp_path / "seed0").exists()


def test_a_killed_process_costs_its_own_run_only(sweep: Command, tmp_path: Path) -> None:
    """As the system does where memory runs out."""
    outcome = sweep("4,1,0,3", "joblib hydra.launcher.n_jobs=2")
    assert outcome.code == 1
    reason = "its process was killed; the system may have run out of memory"
    assert outcome.err == f"sl: the run seed=4 was not finished: {reason}\n"
    assert "2 of 4 runs done, 2 failed\n" in outcome.out
    assert "\n  failed: seed=1: seed=1: refused here\n" in outcome.out
    assert "\n  failed: seed=4: its process ended before the run was finished\n" in outcome.out
    assert {path.name for path in tmp_path.glob("seed*")} == {"seed0", "seed3"}


def test_a_bug_outside_the_task_keeps_its_traceback(run_task: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """A launcher tells of a job that failed on its machine before the task began."""
    said = "Job 1 has failed: Traceback (most recent call last): ..."

    def launch() -> None:
        raise RuntimeError(said)

    monkeypatch.setattr("hydra.main", lambda **_: lambda task: launch)
    with pytest.raises(RuntimeError, match=re.escape(said)):
        run_task(lambda _: None, "config", "-m", "seed=0,1")


def test_what_ended_a_job_of_joblib_outside_its_task_is_not_lost() -> None:
    def fail(*_: Any) -> None:
        raise KeyError("a bug")

    with pytest.raises(KeyError, match="a bug"):
        InProcesses(n_jobs=1, backend="loky")([(fail, (0, ["seed=0"]), {})])


def test_a_run_that_diverges_does_not_stop_the_others(train: Command, tmp_path: Path) -> None:
    tiny = ("dataset=digits", "scale.train_share=0.1", "recipe.epochs=1", "model=cnn4", "runtime.device=cpu")
    outcome = train("-m", *tiny, "runtime.threads=1", "recipe.lr=1e20,0.1")
    assert "diverged in epoch 1, step " in outcome.mistake
    assert "\n1 of 2 runs done, 1 failed\n  failed: digits-clean-sl-lr1e+20-" in outcome.out
    states = {run.config.recipe["lr"]: (run.complete, run.diverged) for run in load_all(tmp_path / "results" / "runs")}
    assert states == {1e20: (False, True), 0.1: (True, False)}


@pytest.mark.parametrize("launcher", ["basic", "joblib"])
def test_a_run_that_a_signal_stopped_has_not_failed(launcher: str, run_task: Command) -> None:
    def task(config: RunConfig) -> None:
        job.tell(epochs=10, epoch=4)
        raise SystemExit(143)

    outcome = run_task(task, "config", "-m", f"hydra/launcher={launcher}", "seed=0,1")
    lines = outcome.out.splitlines()
    assert "  stopped after epoch 4 of 10: seed=0; the same command resumes it" in lines
    assert "failed: " not in outcome.out
    assert " done, time left " not in outcome.out


@pytest.mark.parametrize(("config", "command"), [("config", "train"), ("search", "search"), ("audit", "audit")])
def test_what_runs_a_failed_job_again_is_the_command_that_was_given(
    config: str, command: str, run_task: Command
) -> None:
    def task(_: Any) -> None:
        raise UserError("refused")

    outcome = run_task(task, config, "-m", "dataset=digits", "seed=0,1")
    assert f"    to run it again: sl {command} dataset=digits seed=0\n" in outcome.out


def test_what_runs_a_failed_job_again_finds_files_of_ones_own(run_task: Command, tmp_path: Path) -> None:
    (tmp_path / "my own").mkdir()
    outcome = run_task(make_task(tmp_path), "config", "-m", "seed=0,1", "--config-dir", "my own")
    assert outcome.out.endswith(f"    to run it again: sl train --config-dir '{tmp_path}/my own' seed=1\n")


def test_an_option_that_a_sweep_adds_is_named_without_its_sign(run_task: Command) -> None:
    seen: list[str] = []
    assert run_task(lambda _: seen.append(os.environ[job.VARIED]), "config", "-m", "++seed=0,1").code == 0
    assert seen == ["seed", "seed"]


def test_a_fixed_option_of_a_choice_that_is_swept_holds_for_each(run_task: Command) -> None:
    seen: list[Any] = []

    def task(config: RunConfig) -> None:
        seen.append((config.names["noise"], config.noise["rate"], config.loss["q"], os.environ[job.VARIED]))

    arguments = ("noise.rate=0.4", "noise=symmetric,asymmetric", "loss=choice(gce)", "loss.q=0.5", "seed=0,1,2")
    outcome = run_task(task, "config", "-m", *arguments)
    assert outcome.code == 0, outcome.err
    assert seen == [(noise, 0.4, 0.5, "noise seed") for noise in ("symmetric", "asymmetric") for _ in range(3)]
    assert "6 of 6 runs done" in outcome.out


def test_all_choices_of_a_group_are_one_job_each(run_task: Command) -> None:
    seen: list[str] = []
    outcome = run_task(lambda config: seen.append(config.names["scale"]), "config", "-m", "scale=glob(*)")
    assert outcome.code == 0, outcome.err
    assert seen == choices("scale")
    with hydra_ready():
        assert list(single_changes(["loss=glob(*)"])) == [[f"loss={name}"] for name in choices("loss")]


@pytest.mark.parametrize("value", ["[1,2]", "{a:1,b:[c]}", "'a, b'", "/a/b:c (1)".join("''"), "1e-3", "true", "a\\,b"])
def test_the_value_of_a_fixed_option_survives_a_sweep(value: str) -> None:
    typed = ["loss=gce,agce", f"loss.q={value}"]
    swept_too = checked([*typed, "-m"])[:2]
    assert swept_too == ["loss=gce,agce", f"loss.q=choice({value})"]
    with hydra_ready():
        first, _ = single_changes(swept_too)
        assert repr(parsed(first)[1].value()) == repr(parsed(typed)[1].value())


@pytest.mark.parametrize("typed", ["loss.q=1,2", "loss.q=[", "+loss.q=1", "~loss.q", "++loss.q=null"])
def test_what_need_not_or_cannot_be_swept_stays_as_typed(typed: str) -> None:
    assert checked(["loss=gce,agce", typed, "seed=1", "-m"]) == ["loss=gce,agce", typed, "seed=1", "-m"]
    assert checked(["loss=gce", "loss.q=1", "-m"]) == ["loss=gce", "loss.q=1", "-m"]


@pytest.mark.parametrize("typed", ["loss.q=", "loss.q=null", "loss.q='0.5'"])
def test_a_value_that_hydra_cannot_sweep_is_added(typed: str) -> None:
    assert checked(["loss=gce,agce", typed, "-m"]) == ["loss=gce,agce", f"++{typed}", "-m"]


def test_null_holds_for_each_value_of_a_choice_that_is_swept(run_task: Command) -> None:
    seen: list[Any] = []
    arguments = ("dataset=mnist,cifar10", "noise=choice(asymmetric)", "noise.variant=null")
    outcome = run_task(lambda config: seen.append(config.noise["variant"]), "config", "-m", *arguments)
    assert (outcome.code, seen) == (0, [None, None]), outcome.err


def test_a_bug_in_a_single_run_exits_with_1_too(run_task: Command, tmp_path: Path) -> None:
    outcome = run_task(make_task(tmp_path), "config", "seed=2")
    assert outcome.code == 1
    assert outcome.err.startswith("Traceback (most recent call last)")
    assert "KeyError: 'a bug'" in outcome.err


def test_an_option_that_a_task_misspells_is_a_bug(run_task: Command) -> None:
    outcome = run_task(lambda config: config.no_such_option, "config")
    assert outcome.code == 1
    assert "AttributeError" in outcome.err


def test_joblib_shares_out_the_cores(run_task: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)

    def task(config: RunConfig) -> None:
        (tmp_path / f"seed{config.seed}").write_text(f"{os.getpid()} {share(8)} {asked_threads(config.runtime)}")

    arguments = ("-m", "hydra/launcher=joblib", "hydra.launcher.n_jobs=8", "seed=0,1")
    assert run_task(task, "config", *arguments).code == 0
    for seed in (0, 1):
        pid, *threads = (tmp_path / f"seed{seed}").read_text().split()
        assert int(pid) != os.getpid()
        assert threads == ["4", "None"]  # at most a share; a run on digits takes less


def test_one_job_of_joblib_at_a_time_takes_the_threads_that_it_needs(
    run_task: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs in the command's own process."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)

    def task(config: RunConfig) -> None:
        (tmp_path / f"seed{config.seed}").write_text(f"{os.getpid()} {asked_threads(config.runtime)}")

    arguments = ("-m", "hydra/launcher=joblib", "hydra.launcher.n_jobs=1", "seed=0,1")
    assert run_task(task, "config", *arguments).code == 0
    assert [(tmp_path / f"seed{seed}").read_text() for seed in (0, 1)] == [f"{os.getpid()} None"] * 2


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ("loss.alpha=0.1,-1", "loss.alpha=-1: must be a number in [0, inf)"),
        ("loss=ce,sl seed=0,x", "seed=x: must be a whole number"),
        (
            "noise=none,symmetric noise.rate=0.4",
            "noise.rate=0.4: this option comes only with noise=asymmetric or noise=",
        ),
        (
            "noise=symmetric,none noise.rate=0.4",
            "noise.rate=0.4: this option comes only with noise=asymmetric or noise=",
        ),
        (
            "noise=symmetric,asymmetric noise.rate=1.5",
            "noise.rate=1.5: must be a number in [0, 1]; refused for noise=symmetric",
        ),
        ("loss=gce,agce loss.q=null", "loss.q=null: must be a number in (0, 1]; refused for loss=gce"),
        ("loss=agce,gce loss.q=1.5", "loss.q=1.5: must be a number in (0, 1]; refused for loss=gce"),
        ("noise=symmetric,asymmetric noise.variant=null", "noise.variant=null: this option comes only with noise="),
        ("seed=interval(0,1)", "seed=interval(0,1): must list its values, such as 0.1,1 or range(1,5)"),
        ("loss=glob(x*)", "loss=glob(x*): stands for no value or choice at all"),
        ("seed=range(3,3)", "seed=range(3,3): stands for no value or choice at all"),
        ("seed=0, 1", "seed=0,: must be option=value; several values are written without blanks: seed=0,VALUE"),
        ("hydra/launcher=joblib noise=symmetric noise.rate=0.4,1.5", "noise.rate=1.5: must be a number in [0, 1]"),
        (
            "hydra/launcher=joblib hydra.launcher.n_jobs=0 seed=0,1",
            "hydra/launcher=joblib hydra.launcher.n_jobs=0: n_jobs == 0",
        ),
        (
            "hydra/launcher=joblib hydra.launcher.pre_dispatch=1 seed=0,1",
            "hydra.launcher.pre_dispatch=1: must not be given: only n_jobs can be chosen",
        ),
    ],
)
def test_a_mistake_ends_a_sweep_before_it_begins(arguments: str, line: str, run_task: Command, tmp_path: Path) -> None:
    assert run_task(make_task(tmp_path), "config", "-m", *arguments.split(" ")).mistake.startswith(line)
    assert not list(tmp_path.glob("seed*"))


def test_a_folder_of_logs_that_cannot_be_made_is_one_line(run_task: Command, tmp_path: Path) -> None:
    (tmp_path / "outputs").touch()  # as a read-only folder to work in refuses it
    outcome = run_task(make_task(tmp_path), "config", "-m", "seed=0,3")
    assert outcome.mistake == "hydra.sweep.dir=outputs: must be a folder that can be written to: File exists"
    assert not list(tmp_path.glob("seed*"))


def test_each_value_is_checked_without_trying_every_combination() -> None:
    with hydra_ready():
        checked = list(single_changes(["loss=ce,sl", "noise=none", "seed=range(0,3)"]))
    assert checked == [
        ["loss=ce", "noise=none", "seed=0"],
        ["loss=sl", "noise=none", "seed=0"],
        ["loss=ce", "noise=none", "seed=1"],
        ["loss=ce", "noise=none", "seed=2"],
    ]
