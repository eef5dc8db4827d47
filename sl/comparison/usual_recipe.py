"""The recipe with which runs of a data set are usually trained: pages show these runs first."""

from functools import cache

from sl.config.files import read_yaml
from sl.paper import USUAL_RECIPE
from sl.paths import CONFIG_DIR


@cache
def usual_recipe(dataset: str, scale: str) -> str:
    """The recipe of a reproduction of `dataset`: at scale cpu from configs/reproduce.yaml, else the default.

    >>> usual_recipe("cifar10", "paper"), usual_recipe("cifar10", "cpu")
    ('authors_code', 'apl')
    """
    scaled = read_yaml(CONFIG_DIR / "reproduce.yaml")["scaled_down"].get(dataset, []) if scale == "cpu" else []
    recipes = [override.removeprefix("recipe=") for override in scaled if override.startswith("recipe=")]
    return recipes[-1] if recipes else USUAL_RECIPE
