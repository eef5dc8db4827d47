"""The values of recipes and losses in configs/, and how the values of a run differ from them."""

import math
from collections.abc import Iterable
from functools import cache
from typing import Any

from sl.config.files import merged, read_yaml, resolved
from sl.config.flat import flat
from sl.paths import CONFIG_DIR

# The behaviour of versions that did not have these options yet.
VALUES_IF_MISSING = {"p_min": 0.0, "bn_zero_debias": False}


@cache
def stated_recipe(dataset: str, recipe: str) -> dict[str, Any]:
    """The values of a recipe on a data set in today's configs/; empty for a recipe that is not there."""
    return merged([CONFIG_DIR / "recipe" / f"{recipe}.yaml", CONFIG_DIR / "recipe_preset" / f"{recipe}_{dataset}.yaml"])


@cache
def stated_parameters(dataset: str, recipe: str, loss: str) -> dict[str, Any]:
    """The parameters of `loss` for a data set and recipe in today's configs/; empty if loss or recipe is not there."""
    values, file = stated_recipe(dataset, recipe), CONFIG_DIR / "loss" / f"{loss}.yaml"
    if not file.is_file() or not values:
        return {}
    whole = resolved({"recipe": values, "loss": read_yaml(file)})
    return {key: value for key, value in whole["loss"].items() if key not in ("_target_", "shown")}


def stated_values(dataset: str, recipe: str, loss: str) -> dict[str, Any]:
    """The values of `stated_parameters` and `stated_recipe` by dotted name, such as loss.alpha and recipe.lr."""
    nodes = {"loss": stated_parameters(dataset, recipe, loss), "recipe": stated_recipe(dataset, recipe)}
    return dict(flat(nodes))


def recipe_changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The options in which two recipes differ, with both values; network and SL's parameters are left out.

    Null means that an option is off. VALUES_IF_MISSING has the values of options that records of older versions lack.

    >>> recipe_changes({"lr": 0.1, "p_min": 1e-7, "clip_norm": None}, {"lr": 0.1})
    {'p_min': (1e-07, 0.0)}
    """
    first, second = {**VALUES_IF_MISSING, **before}, {**VALUES_IF_MISSING, **after}
    keys = [key for key in {**before, **after, **VALUES_IF_MISSING} if key not in ("model", "sl")]
    return differences(first, second, keys)


def differences(before: dict[str, Any], after: dict[str, Any], keys: Iterable[str]) -> dict[str, tuple[Any, Any]]:
    """The `keys` whose values differ, with (before, after); None stands for a missing value."""
    pairs = {key: (before.get(key), after.get(key)) for key in keys}
    return {key: pair for key, pair in pairs.items() if not equal(*pair)}


def unlike_stated(dataset: str, recipe: str, values: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The `recipe_changes` from the values in configs/ to the `values` of a run.

    Empty for a recipe that is not in configs/.
    """
    stated = stated_recipe(dataset, recipe)
    return recipe_changes(stated, values) if stated else {}


def distance(values: dict[str, Any], stated: dict[str, Any]) -> tuple[int, int]:
    """How many parameters differ from the stated ones, and how many only one side has; null counts as missing.

    >>> distance({"alpha": 0.1, "beta": 2, "term": None}, {"alpha": 0.1, "beta": 1, "p_min": 1e-7})
    (1, 1)
    """
    first, second = ({key: value for key, value in flat(one) if value is not None} for one in (values, stated))
    differing = sum(not equal(first[key], second[key]) for key in first.keys() & second.keys())
    return differing, len(first.keys() ^ second.keys())


def equal(one: Any, other: Any) -> bool:
    """Whether two values of an option are equal; numbers may differ by a relative 1e-4."""
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    return math.isclose(one, other, rel_tol=1e-4) if numbers else one == other
