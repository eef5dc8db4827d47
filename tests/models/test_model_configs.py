"""The configuration files of the networks."""

from pathlib import Path

import pytest
from hydra.utils import get_class
from omegaconf import OmegaConf

from sl.models import Classifier

CONFIGS = Path(__file__).parents[2] / "configs"
NAMED = sorted(path.stem for path in (CONFIGS / "model").glob("*.yaml") if path.stem != "recipe")


@pytest.mark.parametrize("name", NAMED)
def test_file_is_called_like_its_network(name: str) -> None:
    target = get_class(OmegaConf.load(CONFIGS / "model" / f"{name}.yaml")["_target_"])
    assert issubclass(target, Classifier)
    assert target.__name__.lower() == name


@pytest.mark.parametrize("recipe", sorted((CONFIGS / "recipe").glob("*.yaml")), ids=lambda path: path.stem)
def test_default_takes_the_network_that_the_recipe_names(recipe: Path) -> None:
    config = OmegaConf.create(
        {"recipe": OmegaConf.load(recipe), "model": OmegaConf.load(CONFIGS / "model" / "recipe.yaml")}
    )
    assert config.model._target_ == config.recipe.model
    assert get_class(config.model._target_).__name__ == ("Cnn8Pooled" if recipe.stem == "sce_pytorch" else "Cnn8")
