"""Which choices a command has, and what it says of others."""

from collections.abc import Callable
from typing import Any

import pytest
from hydra import compose

from sl.config.groups import groups_of

Command = Callable[..., Any]  # returns an Outcome (conftest.py)
OVERRIDES = {"config": [], "search": [], "audit": [], "reproduce": ["experiment=demo"], "track": []}


@pytest.mark.parametrize("name", OVERRIDES)
def test_the_choices_are_those_that_hydra_makes(name: str, hydra: None) -> None:
    composed = compose(name, OVERRIDES[name], return_hydra_config=True).hydra.runtime.choices
    assert set(groups_of(name)) == {group for group in composed if "@" not in group and not group.startswith("hydra/")}


@pytest.mark.parametrize(
    ("config", "argument", "known"),
    [
        ("track", "loss=ce", "tracker"),
        ("reproduce", "loss=ce", "experiment, scale"),
        ("search", "experiment=fig1", "dataset, noise, recipe, model, loss, scale, runtime, tracker"),
    ],
)
def test_a_choice_of_another_command_is_answered_with_those_of_this_one(
    config: str, argument: str, known: str, run_task: Command
) -> None:
    said = run_task(lambda config: None, config, argument).mistake
    assert said == f"{argument}: this command has no such group of choices; must be one of {known}"
