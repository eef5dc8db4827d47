"""Mistakes on the command line of `sl reproduce`, and its help."""

from collections.abc import Callable
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
            "noise=symmetric: this command has no such choice; must be one of experiment, scale",
        ),
        ("experiment=demo scale=half", "scale=half: must be one of cpu, paper"),
        ("experiment=demo seeds=x", "seeds=x: must be a whole number of at least 0"),
        ("experiment=demo jobs=0", "jobs=0: must be a whole number of at least 1"),
        ("experiment=demo plan_only=maybe", "plan_only=maybe: must be true or false"),
        ("experiment=demo device=banana", "device=banana: must be auto, cpu, cuda or cuda:N"),
        ("experiment=demo overrides=5", "overrides=5: must be a list such as [a,b]"),
        ("experiment=demo overrides=[seed=1]", "overrides=[seed=1]: must be option=value;"),
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
