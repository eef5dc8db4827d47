"""Proposals: the same for the same seed, resumed without loss, the known values first."""

import sqlite3
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.distributions import FloatDistribution

from sl.errors import UserError
from sl.search.space import Parameters, Range
from sl.search.study import diverged, finished, open_study, search, stored
from sl.search.trial import Answer
from sl.search.validation import ValidatedRun

SPACE = (Range("loss.alpha", 0.01, 10, True), Range("loss.beta", 0.1, 10, True))
FIRST = {"loss.alpha": 0.1, "loss.beta": 1.0}
REFUSED = r"^search.storage=.*a.db: must be a file that a search made, and can write to "


class Stopped(Exception):
    """The search was interrupted."""


def answers(proposals: list[Parameters]) -> list[list[ValidatedRun]]:
    """Two runs of each proposal; the nearer alpha is to 1, the better."""
    scores = [1 / (1 + abs(proposal["loss.alpha"] - 1)) for proposal in proposals]
    return [
        [ValidatedRun(f"{proposal}/{seed}", "", "", proposal, seed, score + seed / 10) for seed in (0, 1)]
        for proposal, score in zip(proposals, scores, strict=True)
    ]


def run(storage: Path, trials: int = 6, at_once: int = 1, stop_after: int = 99) -> list[dict[str, float]]:
    """A search, stopped while the proposal after `stop_after` is tried; the parameters of the answered ones."""
    study, asked = open_study(storage, "name", FIRST, SPACE), []

    def evaluate(proposals: list[Parameters]) -> list[list[ValidatedRun]]:
        asked.extend(proposals)
        if len(asked) > stop_after:
            raise Stopped
        return answers(proposals)

    search(study, SPACE, trials, 0, at_once, evaluate, lambda: None)
    return [trial.params for trial in finished(study)]


def test_the_recipes_values_come_first_and_all_stay_inside(tmp_path: Path) -> None:
    tried = run(tmp_path / "a.db")
    assert tried[0] == FIRST
    assert len(tried) == 6
    assert all(known.low <= values[known.option] <= known.high for values in tried for known in SPACE)
    assert len({values["loss.alpha"] for values in tried}) == 6
    study = open_study(tmp_path / "a.db", "name", FIRST, SPACE)
    assert study.best_value == max(trial.values[0] for trial in finished(study))


def test_whole_numbers_stay_whole(tmp_path: Path) -> None:
    space = (SPACE[0], Range("loss.window", 2, 2000, True, whole=True))
    study = open_study(tmp_path / "a.db", "name", {"loss.alpha": 0.1, "loss.window": 5}, space)
    search(study, space, 4, 0, 2, answers, lambda: None)
    tried = [trial.params["loss.window"] for trial in finished(study)]
    assert tried[0] == 5
    assert [type(value) for value in tried] == [int] * 4


def test_values_outside_the_ranges_are_not_tried_first(tmp_path: Path) -> None:
    study = open_study(tmp_path / "a.db", "name", {**FIRST, "loss.beta": 0.0}, SPACE)
    search(study, SPACE, 1, 0, 1, answers, lambda: None)
    assert finished(study)[0].params["loss.beta"] >= 0.1


def test_the_same_seed_tries_the_same(tmp_path: Path) -> None:
    assert run(tmp_path / "a.db") == run(tmp_path / "b.db")


def test_any_seed_of_a_run_can_be_searched_with_and_small_ones_try_what_they_did(tmp_path: Path) -> None:
    """1000 * 5000000 is above 2**32."""
    study = open_study(tmp_path / "large.db", "name", {**FIRST, "loss.beta": 0.0}, SPACE)
    search(study, SPACE, 2, 5_000_000, 1, answers, lambda: None)
    assert len(finished(study)) == 2
    study = open_study(tmp_path / "small.db", "name", {**FIRST, "loss.beta": 0.0}, SPACE)
    search(study, SPACE, 1, 7, 1, answers, lambda: None)
    alone = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=7000))  # a first trial has no others
    wanted = {known.option: FloatDistribution(known.low, known.high, log=True) for known in SPACE}
    assert finished(study)[0].params == alone.ask(wanted).params


def test_a_search_that_was_stopped_loses_nothing(tmp_path: Path) -> None:
    whole = run(tmp_path / "whole.db", trials=3)
    with pytest.raises(Stopped):
        run(tmp_path / "a.db", trials=3, stop_after=2)
    assert run(tmp_path / "a.db", trials=3) == whole  # the third, which was being tried, is asked for again


@pytest.mark.parametrize("at_once", [1, 2])
def test_a_search_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path: Path, at_once: int) -> None:
    """The first ten proposals are random, those after them depend on the answers."""
    whole = run(tmp_path / "whole.db", trials=14, at_once=at_once)
    for stop_after in (2, 9):
        with pytest.raises(Stopped):
            run(tmp_path / "a.db", trials=14, at_once=at_once, stop_after=stop_after)
    assert run(tmp_path / "a.db", trials=14, at_once=at_once) == whole


@pytest.mark.parametrize("name", ["what?", "100 %41", "#1", "{a}", "a&b=c", "it's.db"])
def test_the_file_lies_where_it_was_asked_for(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    first = run(tmp_path / name / name, trials=1)
    assert [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()] == [Path(name, name)]
    assert (tmp_path / name / name).read_bytes().startswith(b"SQLite format 3")
    assert run(tmp_path / name / name, trials=2)[:1] == first


def test_a_name_that_sqlite_takes_for_no_file_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(Path(":memory:"), trials=1) == run(Path(":memory:"), trials=1)
    assert (tmp_path / ":memory:").exists()


def test_more_can_be_asked_for_later(tmp_path: Path) -> None:
    first = run(tmp_path / "a.db", trials=2)
    assert run(tmp_path / "a.db", trials=5)[:2] == first
    assert len(run(tmp_path / "a.db", trials=5)) == 5


def test_several_at_once_differ(tmp_path: Path) -> None:
    tried = run(tmp_path / "a.db", trials=5, at_once=3)
    assert len({values["loss.alpha"] for values in tried}) == 5


def test_the_mean_over_the_seeds_counts(tmp_path: Path) -> None:
    run(tmp_path / "a.db", trials=1)
    (trial,) = finished(open_study(tmp_path / "a.db", "name", FIRST, SPACE))
    assert trial.values == [pytest.approx(1 / 1.9 + 0.05)]
    assert len(trial.user_attrs["runs"]) == 2


def test_a_proposal_that_diverges_has_no_score_and_counts(tmp_path: Path) -> None:
    study = open_study(tmp_path / "a.db", "name", FIRST, SPACE)

    def evaluate(proposals: list[Parameters]) -> list[Answer]:
        return [
            [] if proposal == FIRST else answer for proposal, answer in zip(proposals, answers(proposals), strict=True)
        ]

    search(study, SPACE, 3, 0, 1, evaluate, lambda: None)
    assert [trial.params for trial in diverged(study)] == [FIRST]
    assert len(finished(study)) == 2


def test_no_proposal_that_diverged_is_made_again(tmp_path: Path) -> None:
    study = open_study(tmp_path / "a.db", "name", FIRST, SPACE)
    search(study, SPACE, 4, 0, 1, lambda proposals: [[] for _ in proposals], lambda: None)
    assert len({trial.params["loss.alpha"] for trial in diverged(study)}) == 4


def test_a_proposal_that_fails_leaves_the_others_their_answers_and_is_made_again(tmp_path: Path) -> None:
    study = open_study(tmp_path / "a.db", "name", FIRST, SPACE)

    def evaluate(proposals: list[Parameters]) -> list[Answer]:
        return [MemoryError("killed"), *answers(proposals[1:])]

    reports: list[None] = []
    with pytest.raises(MemoryError, match="killed"):
        search(study, SPACE, 3, 0, 3, evaluate, lambda: reports.append(None))
    assert (len(finished(study)), len(reports)) == (2, 1)
    assert run(tmp_path / "a.db", trials=3)[-1] == FIRST


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("something else")
    with pytest.raises(UserError, match=REFUSED + r"\(file is not a database\)"), stored(tmp_path / "a.db"):
        run(tmp_path / "a.db")


def test_a_write_that_the_disk_refuses_is_one_line_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, storage = run(tmp_path / "whole.db", trials=3), tmp_path / "a.db"
    made: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def kept(*place: Any, **options: Any) -> sqlite3.Connection:
        made.append(connect(*place, **options))
        return made[-1]

    def evaluate(proposals: list[Parameters]) -> list[Answer]:
        for connection in made:
            connection.execute("PRAGMA query_only = ON")
        return [*answers(proposals)]

    monkeypatch.setattr("sl.search.study.sqlite3.connect", kept)
    study = open_study(storage, "name", FIRST, SPACE)
    said = REFUSED + r"\(attempt to write a readonly database\)"
    with pytest.raises(UserError, match=said), stored(storage):
        search(study, SPACE, 3, 0, 1, evaluate, lambda: None)
    monkeypatch.undo()
    assert run(storage, trials=3) == whole
