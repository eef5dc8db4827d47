"""What configs/ state of a recipe and of a loss under it, and in what the values of a run differ from that."""

import math
from collections.abc import Iterable
from functools import cache
from typing import Any

from sl.config.files import merged, read_yaml, resolved
from sl.config.flat import flat
from sl.paths import CONFIG_DIR

WITHOUT = {"p_min": 0.0, "bn_zero_debias": False}  # what versions did that did not have these options yet


@cache
def stated_recipe(dataset: str, recipe: str) -> dict[str, Any]:
    """The values of a recipe on a data set, as configs/ has them today; empty for a recipe unknown there."""
    return merged([CONFIG_DIR / "recipe" / f"{recipe}.yaml", CONFIG_DIR / "recipe_preset" / f"{recipe}_{dataset}.yaml"])


@cache
def stated_parameters(dataset: str, recipe: str, loss: str) -> dict[str, Any]:
    """The parameters of `loss` on a data set under a recipe, as configs/ has them; empty for a loss unknown there."""
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
    """The options in which two recipes differ, with both values; but for the network and SL's parameters.

    A null is an option that is off. Records of older versions lack options: they did as WITHOUT says.

    >>> recipe_changes({"lr": 0.1, "p_min": 1e-7, "clip_norm": None}, {"lr": 0.1})
    {'p_min': (1e-07, 0.0)}
    """
    first, second = {**WITHOUT, **before}, {**WITHOUT, **after}
    keys = [key for key in {**before, **after, **WITHOUT} if key not in ("model", "sl")]
    return differences(first, second, keys)


def differences(before: dict[str, Any], after: dict[str, Any], keys: Iterable[str]) -> dict[str, tuple[Any, Any]]:
    """Those of the `keys` whose values differ, with both values; None where there is none."""
    pairs = {key: (before.get(key), after.get(key)) for key in keys}
    return {key: pair for key, pair in pairs.items() if not equal(*pair)}


def unlike_stated(dataset: str, recipe: str, values: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Where the recipe `values` of a run differ from what configs/ state, as `recipe_changes`.

    Empty for a recipe unknown there: nothing is stated of it.
    """
    stated = stated_recipe(dataset, recipe)
    return recipe_changes(stated, values) if stated else {}


def distance(values: dict[str, Any], stated: dict[str, Any]) -> tuple[int, int]:
    """How many parameters differ from the stated ones, and how many only one of the two has.

    >>> distance({"alpha": 0.1, "beta": 2}, {"alpha": 0.1, "beta": 1, "p_min": 1e-7})
    (1, 1)
    """
    first, second = ({key: value for key, value in flat(one) if value is not None} for one in (values, stated))
    differing = sum(not equal(first[key], second[key]) for key in first.keys() & second.keys())
    return differing, len(first.keys() ^ second.keys())


def equal(one: Any, other: Any) -> bool:
    """Whether two values of an option are the same, numbers to four digits."""
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    return math.isclose(one, other, rel_tol=1e-4) if numbers else one == other
