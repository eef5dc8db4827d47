"""Mistakes on the command line of `sl search`, and its help; what else a search refuses: tests/search."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf

from sl.commands import train
from sl.paths import CONFIG_DIR
from sl.record import load_all

Command = Callable[..., Any]  # returns an Outcome (conftest.py)


@pytest.fixture(autouse=True)
def _optuna() -> None:
    pytest.importorskip("optuna", reason="optuna is not installed (extra: search)")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ("search.trails=3", "search.trails=3: there is no such option; did you mean trials? must be one of jobs,"),
        ("search.trials=many", "search.trials=many: must be a whole number"),
        ("holdout=1", "holdout=1: must be a number in (0, 1)"),
        ("search.storage=/dev/null/x.db", "search.storage=/dev/null/x.db: "),
    ],
)
def test_a_mistake_is_one_line(arguments: str, line: str, search: Command) -> None:
    assert search(*arguments.split()).mistake.startswith(line)


def test_help_says_what_there_is(search: Command) -> None:
    outcome = search("--help")
    assert outcome.code == 0
    for text in ("sl search dataset=digits", "\n    gce  q of GCE", "\n    sl   alpha and beta", "  trials: 20 #"):
        assert text in outcome.out


def test_a_search_has_every_option_of_a_run_with_the_same_value(search: Command, train: Command) -> None:
    """But for what says where its runs lie, that they hold something out and that no network of theirs is kept."""
    run = OmegaConf.create(train("--cfg", "job", "dataset=cifar10").out)
    searched = OmegaConf.create(search("--cfg", "job", "dataset=cifar10").out)
    own = {"holdout", "runs_dir", "results_dir", "search", "save"}
    assert {key: searched[key] for key in searched if key not in own} == {
        key: run[key] for key in run if key not in own
    }


@pytest.mark.parametrize("path", sorted((CONFIG_DIR / "search_ranges").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_file_of_ranges_fits_its_loss(path: Any, search: Command) -> None:
    printed = OmegaConf.create(search("--cfg", "job", f"loss={path.stem}").out)
    for parameter, limits in printed.search.ranges.items():
        assert parameter in printed.loss
        assert limits.low < limits.high


@pytest.mark.parametrize("held_out", ["holdout=null", "holdout=0.25", "fold=2/4"])
def test_what_a_sweeper_optimises_is_of_the_held_out_labels_or_nothing(
    held_out: str, run_task: Command, tmp_path: Path
) -> None:
    returned = []
    short = ("loss=ce", "recipe.epochs=2", "scale.train_share=0.2", "runtime.threads=1", held_out)
    assert run_task(lambda config: returned.append(train.main(config)), "config", *short).code == 0
    (run,) = load_all(tmp_path / "results/runs")
    assert returned == [None if held_out == "holdout=null" else run.validation()]
