"""Mistakes on the command line of `sl reproduce`, and its help."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]  # returns an Outcome (conftest.py)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ("", "experiment: is required; must be one of "),
        ("experiment=figX", "experiment=figX: did you mean "),
        ("exprimet=demo", "exprimet=demo: there is no such option; did you mean experiment?"),
        ("experiment=demo seed=1", "seed=1: there is no such option; did you mean seeds? must be one of data_dir,"),
        (
            "experiment=demo noise=symmetric",
            "noise=symmetric: this command has no such group of choices; must be one of experiment, scale",
        ),
        ("experiment=demo scale=half", "scale=half: must be one of auto, cpu, paper"),
        ("experiment=demo seeds=x", "seeds=x: must be a whole number of at least 0"),
        ("experiment=demo jobs=0", "jobs=0: must be a whole number of at least 1"),
        ("experiment=demo minutes=0", "minutes=0: must be a number in (0, inf)"),
        ("experiment=demo plan_only=maybe", "plan_only=maybe: must be true or false"),
        ("experiment=demo device=banana", "device=banana: must be auto, cpu, cuda or cuda:N"),
        ("experiment=demo overrides=5", "overrides=5: must be a list such as [a,b]"),
        (
            "experiment=demo overrides=[seed=1]",
            "overrides=[seed=1]: must be option=value; a value with = , ~ or blanks must be in quotes: "
            "\"overrides=['seed=1']\"",
        ),
        ("experiment=demo overrides=['recipe.epohcs=1']", "recipe.epohcs=1: there is no such option; did you mean epo"),
    ],
)
def test_a_mistake_is_one_line(arguments: str, line: str, reproduce: Command) -> None:
    assert reproduce(*arguments.split()).mistake.startswith(line)


def test_help_needs_no_experiment_and_lists_all(reproduce: Command) -> None:
    outcome = reproduce("--help")
    assert outcome.code == 0
    for text in (
        "sl reproduce experiment=fig1",
        "\n    table_cifar10 ",
        "\n    auto ",
        "\nplan_only: false #",
    ):
        assert text in outcome.out


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A --config-dir with a loss and experiments, one of which begins with one of ours."""
    shared = "dataset=digits noise=symmetric noise.rate=0.4 loss=ce"  # a run of demo, which is told and trained there
    files = {
        "loss/mine": "_target_: sl.losses.CrossEntropy",
        "experiment/mine": f"first: [demo]\nparts: [part]\nruns: [{shared}]\nseeds: [0]",
        "experiment/part": "runs: [dataset=digits noise=none loss=mine]\nseeds: [0]",
        "experiment/demo": "runs: []",  # ours is found first
    }
    for name, text in files.items():
        (tmp_path / "own" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "own" / f"{name}.yaml").write_text(text)
    return tmp_path / "own"


def test_an_experiment_of_ones_own_may_name_ours(own: Path, reproduce: Command) -> None:
    outcome = reproduce("--config-dir=own", "experiment=mine", "scale=cpu", "device=cpu", "plan_only=true")
    assert outcome.code == 0, outcome.err
    assert "\ndemo, seed 0: 4 runs, 4 to train" in outcome.out
    assert "\nmine, seed 0: 1 run, 1 to train" in outcome.out
    line = reproduce("--config-dir=own", "experiment=part", "experiment.seeds=[1]").mistake
    assert line == f"experiment=part: has no options: give seeds=[...] or change {own}/experiment/part.yaml"


def test_runs_of_an_experiment_of_ones_own_find_its_files(own: Path, reproduce: Command, tmp_path: Path) -> None:
    """In the processes that train them, and when a failed one is typed again."""
    folder = "checkpoints_dir=own/loss/mine.yaml/below"
    outcome = reproduce(
        "--config-dir=own", "experiment=part", "scale=cpu", "device=cpu", "jobs=1", f"overrides=['{folder}']"
    )
    assert outcome.code == 1
    assert f"loss=mine seed=0: {folder}: must be a folder that can be created and used" in outcome.err
    assert f"; to run it again: sl train --config-dir {own} dataset=digits noise=none loss=mine seed=0 " in outcome.err
