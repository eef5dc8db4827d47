"""What sl/paper.py states of the paper is what configs/ say."""

import pytest

from sl.config.files import read_yaml
from sl.config.groups import choices
from sl.config.stated import stated_recipe
from sl.paper import BOOSTED, PAPER_EPOCHS, STAGE_EPOCHS, USUAL_RECIPE
from sl.paths import CONFIG_DIR


@pytest.mark.parametrize("dataset", PAPER_EPOCHS)
def test_epochs_are_those_of_the_usual_recipe(dataset: str) -> None:
    assert stated_recipe(dataset, USUAL_RECIPE)["epochs"] == PAPER_EPOCHS[dataset]


def test_stages_lie_inside_the_training_that_the_paper_shows() -> None:
    assert sorted(STAGE_EPOCHS.values()) == list(STAGE_EPOCHS.values())
    assert STAGE_EPOCHS["late"] < PAPER_EPOCHS["cifar10"]


def test_the_usual_recipe_is_the_default() -> None:
    assert {"recipe": USUAL_RECIPE} in read_yaml(CONFIG_DIR / "config.yaml")["defaults"]


def test_every_boosted_method_can_be_trained_as_it_is_and_with_sl() -> None:
    assert {*BOOSTED, *BOOSTED.values()} <= {*choices("loss")}
