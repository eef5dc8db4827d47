"""The order in which pages show groups of runs, and how those of the same names differ."""

from collections.abc import Iterable
from typing import Any

from sl.comparison.run_group import RunGroup, run_groups
from sl.comparison.titles import changes, model_title
from sl.comparison.usual_recipe import usual_recipe
from sl.config.flat import flat
from sl.config.stated import differences, distance, recipe_changes, stated_recipe
from sl.paper import PAPER_EPOCHS
from sl.record.run import Run
from sl.record.shown import place
from sl.scale import paper_scale


def group_order(group: RunGroup) -> tuple[Any, ...]:
    """Sort key: the paper's data sets at its scale first, then by data set, the usual recipe, and the most runs.

    Of one recipe the group comes first whose values are those of today's configs/.
    """
    name, scale, recipe = group.names
    stated = {key: value for key, value in stated_recipe(name, recipe).items() if key not in ("model", "sl")}
    scaled = not (name in PAPER_EPOCHS and paper_scale(group.head))
    return (
        scaled,
        place("dataset", name),
        recipe != usual_recipe(name, scale),
        distance(group.head.config.recipe, stated),
        -len(group.runs),
    )


def in_order(runs: Iterable[Run]) -> list[RunGroup]:
    """The groups of `runs` by `group_order`, those without a finished run last.

    Of several groups with one folder of figures the first is drawn.
    """
    return sorted(run_groups(runs), key=lambda group: (not group.runs, group_order(group)))


def recipe_differences(groups: Iterable[RunGroup]) -> list[str]:
    """For each group how it differs from the first of the same names; empty where it does not.

    Said are recipe, network with its options, precision, options of the data set and, of own data, labels and split.
    """
    first: dict[tuple[str, str, str], Run] = {}
    return [_changes(group.head, first.setdefault(group.names, group.head)) for group in groups]


def changed_recipe(run: Run, usual: Run) -> str:
    """The values of the recipe in which `run` differs from `usual`, before and after; empty where none does."""
    return changes(recipe_changes(usual.config.recipe, run.config.recipe))


def _changes(run: Run, usual: Run) -> str:
    pairs = [
        ("network", model_title(usual), model_title(run)),
        ("precision", usual.config.precision, run.config.precision),
    ]
    others = [f"{name} {before} → {after}" for name, before, after in pairs if before != after]
    options = (changes(_options(run, usual, choice)) for choice in ("model", "dataset"))
    return ", ".join(filter(None, [changed_recipe(run, usual), *others, *options, other_data(run, usual)]))


def _options(run: Run, usual: Run, choice: str) -> dict[str, tuple[Any, Any]]:
    """The options of a choice in which `run` differs from `usual`, with both values, but for what others say of it."""
    before, after = (dict(flat(getattr(one.config, choice))) for one in (usual, run))
    said = ("_target_", "name", "fingerprint")
    return differences(before, after, (key for key in {**before, **after} if key not in said))


def other_data(run: Run, usual: Run) -> str:
    """How the own data of `run` differ from those of `usual`: in the split, else in labels or pictures; else empty.

    A record holds a fingerprint of both together, so which of them changed is not known.
    """
    if not (run.labels_given and usual.labels_given):
        return ""
    split, before = (getattr(one.data, "split", None) for one in (run, usual))
    if split != before:
        return f"another split ({split})"
    return "" if run.data.fingerprint == usual.data.fingerprint else "other labels or pictures"
