"""A whole search on digits: what is written, and that nothing is trained or chosen by what it must not be."""

import json
import pickle
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from held_lock import held
from torch import Tensor

from sl.config.compose import compose_run, hydra_ready
from sl.errors import UserError
from sl.locks import lock_beside
from sl.record import load_all, read
from sl.record.schema import Epoch
from sl.search.command import run_search
from sl.search.trial import run_config, train_and_validate
from sl.train.engine import Engine
from sl.train.epoch import Diverging, train_one_epoch

SHORT = ["dataset=digits", "noise=symmetric", "noise.rate=0.4", "recipe.epochs=2", "scale.train_share=0.2"]
Search = Callable[..., dict[str, Any]]


@pytest.fixture
def search(tmp_path: Path) -> Search:
    """Search with three proposals; the outcome as written."""
    fixed = ["runtime.threads=1", "runtime.precision=float32", "search.jobs=1", "holdout=0.25"]
    fixed += [f"runs_dir={tmp_path}/runs", f"results_dir={tmp_path}", f"checkpoints_dir={tmp_path}/checkpoints"]

    def run(*more: str, trials: int = 3) -> dict[str, Any]:
        typed = [*SHORT, "loss=sl", f"search.trials={trials}", *more]
        config = compose_run([*fixed, *typed], "search")
        run_search(config)
        (path,) = tmp_path.glob(f"{config.search.name or '*'}.json")
        return json.loads(path.read_text())

    return run


def test_a_search_writes_down_what_it_tried(search: Search, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outcome = search("search.seeds=2", "seed=0")
    assert (outcome["seeds"], outcome["holdout"], len(outcome["trials"])) == ([0, 1], 0.25, 3)
    runs = {run.identity: run for run in load_all(tmp_path / "runs")}
    assert len(runs) == 6
    for trial in outcome["trials"]:
        members = [runs[identity] for identity in trial["runs"]]
        assert [run.seed for run in members] == [0, 1]
        assert trial["score"] == pytest.approx(sum(run.validation() for run in members) / 2, abs=1e-6)
        assert {f"loss.{key}": run.config.loss[key] for key in ("alpha", "beta") for run in members} == trial[
            "parameters"
        ]
    assert outcome["trials"][0]["parameters"] == {"loss.alpha": 0.01, "loss.beta": 1.0}
    assert outcome["best"]["score"] == max(trial["score"] for trial in outcome["trials"])
    assert "test_accuracy" not in json.dumps(outcome)
    best = " ".join(f"{option}={value}" for option, value in outcome["best"]["parameters"].items())
    command = capsys.readouterr().out.splitlines()[-1]
    assert command.startswith("to train with it on all images: sl train runtime.threads=1 ")
    assert command.endswith(f" {' '.join(SHORT)} loss=sl {best}")
    assert not any(option in command for option in ("search.", "holdout", "runs_dir", "results_dir", "seed"))


@pytest.mark.parametrize(("jobs", "seeds", "at_once"), [(1, 1, 1), (2, 1, 2), (3, 2, 2), (1, 3, 1)])
def test_as_many_proposals_are_tried_at_once_as_keep_all_processes_at_work(
    search: Search, jobs: int, seeds: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr("sl.search.command.search", lambda *given: asked.append(given[4]))
    with pytest.raises(UserError, match="every run of this search diverged"):  # there is none
        search(f"search.seeds={seeds}", f"search.jobs={jobs}")
    assert asked == [at_once]


def test_the_printed_command_composes(search: Search, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with hydra_ready(tmp_path):
        outcome = search("search_ranges@search.ranges=sl", "search.ranges.beta.high=5", trials=1)
    folder, *command = shlex.split(capsys.readouterr().out.splitlines()[-1].partition("sl train --config-dir ")[2])
    assert folder == str(tmp_path)
    config = compose_run(command)
    assert {f"loss.{name}": config.loss[name] for name in ("alpha", "beta")} == outcome["best"]["parameters"]
    assert (config.holdout, config.recipe.epochs) == (None, 2)


def test_nothing_is_trained_twice(search: Search, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = search()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.jsonl")}
    (tmp_path / "checkpoints/search.db").unlink()  # the proposals are made again, their runs are there
    next(tmp_path.glob("*.json")).unlink()
    capsys.readouterr()
    assert search() == first
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.jsonl")} == before
    assert capsys.readouterr().out.count("already trained") == 3


def test_poisoned_test_accuracies_change_nothing(search: Search, tmp_path: Path) -> None:
    """Whatever the runs did on the test set, proposals, scores and the best are the same."""
    first = search(trials=5)
    for path in tmp_path.rglob("*.jsonl"):
        score = read(path).validation()
        poison = re.sub(r'"test_accuracy":[^,]*', f'"test_accuracy":{1 - score:.6g}', path.read_text())
        path.write_text(re.sub(r',"sha256":"[0-9a-f]*"', "", poison))  # as older records, it has no checksum
        assert read(path).last() == pytest.approx(1 - score, abs=1e-5)
    (tmp_path / "checkpoints/search.db").unlink()
    assert search(trials=5) == first


def test_a_run_of_a_search_is_that_of_a_sweep(search: Search) -> None:
    from sl.train.described import describe_run

    first = search(trials=1)["trials"][0]
    config = compose_run(
        [*SHORT, "loss=sl", "loss.alpha=0.01", "loss.beta=1", "holdout=0.25", "runtime.precision=float32"]
    )
    assert [describe_run(config).identity] == first["runs"]


def test_searches_do_not_overwrite_each_other(search: Search) -> None:
    search("search.name=mine", trials=1)
    with pytest.raises(UserError, match=r"search.name=mine: .*mine.json belongs to another search"):
        search("search.name=mine", "noise.rate=0.2", trials=1)
    assert len(search("search.name=mine", trials=2)["trials"]) == 2


def test_results_that_cannot_be_written_end_a_search_before_it_begins(search: Search, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"^results_dir=.*/file: must be a folder that can be written to: File exists"):
        search(f"results_dir={tmp_path}/file")
    assert not (tmp_path / "checkpoints").exists()


def test_one_process_is_at_a_search(search: Search, tmp_path: Path) -> None:
    study = search(trials=1)["study"]
    lock = FileLock(tmp_path / f"checkpoints/.search.db.{study}.lock")
    with lock, pytest.raises(UserError, match="another process runs this search"):
        search(trials=2)


@pytest.mark.parametrize(
    ("override", "line"),
    [
        ("holdout=null", "holdout=null: must be a number"),
        ("holdout=2", "holdout=2.0: must be a number"),
        ("search.trials=0", "search.trials=0: must be a whole number of at least 1"),
        ("search.seeds=0", "search.seeds=0: must be a whole number of at least 1"),
        ("search.seeds=99999999", "search.seeds=99999999: must be a whole number from 1 to 1000"),
        ("search.name=a/b", "search.name=a/b: must be the name of a file in results_dir, without a folder"),
        ("search.storage=.", "search.storage=.: must be a file, and is a folder"),
        ("search.jobs=0", "search.jobs=0: must be a whole number of at least 1"),
        ("loss=ce", "search.ranges: must name parameters of loss="),
        ("loss=gce search.ranges.q.high=2", "loss.q=2.0: must be a number in"),
        ("loss=elr +search.ranges.beta={low:0.9,high:0.9996}", r"loss.beta=1.0: must be a number in \[0, 1\)"),
    ],
)
def test_a_mistake_ends_a_search_before_it_begins(override: str, line: str, search: Search, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=line):
        search(*override.split())
    assert not list(tmp_path.rglob("*.jsonl"))


def test_a_run_that_diverges_does_not_end_a_search(
    search: Search, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first proposal, alpha 0.01, is made to diverge."""

    def spoil(engine: Engine, *arguments: Any) -> tuple[Epoch, Tensor]:
        if engine.loss.alpha == 0.01:
            raise Diverging(1, 1, 0.1, float("nan"))
        return train_one_epoch(engine, *arguments)

    monkeypatch.setattr("sl.train.run.train_one_epoch", spoil)
    outcome = search(trials=2)
    assert outcome["diverged"] == [{"loss.alpha": 0.01, "loss.beta": 1.0}]
    assert len(outcome["trials"]) == 1
    said = capsys.readouterr()
    assert "2 wanted, 2 tried, 1 of them diverged; the best: loss.alpha=" in said.out
    assert "diverged in epoch 1, step 1" in said.err
    with pytest.raises(UserError, match=r"search.ranges: must have other bounds: every run of this search diverged"):
        search("search.name=one", "noise.rate=0.2", trials=1)


def test_a_search_waits_for_a_run_that_another_process_trains(
    search: Search, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = search(trials=1)
    (record,) = tmp_path.rglob("*.jsonl")
    (tmp_path / "checkpoints/search.db").unlink()
    with held(lock_beside(record), monkeypatch) as said:
        assert search(trials=1) == first
    assert said == [f"{record}: another process is training this run; waiting for it"]


def test_a_run_can_be_sent_to_another_process() -> None:
    config = compose_run([*SHORT, "loss=sl"], "search")
    sent = pickle.loads(pickle.dumps((train_and_validate, run_config(config, {"loss.beta": 2.0}, 3))))
    assert sent[1].loss["beta"] == 2
    assert (sent[1].seed, sent[1].loss["alpha"], sent[1].names) == (3, 0.01, config.names)
