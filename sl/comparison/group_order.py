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
    """Sort key of a group: the paper's data sets at the paper's scale come first, then the data set decides.

    Within a data set the usual recipe comes first, then training on all images (no holdout or fold), then the values
    closest to today's configs/, then the most runs.
    """
    name, scale, recipe = group.names
    stated = {key: value for key, value in stated_recipe(name, recipe).items() if key not in ("model", "sl")}
    scaled = not (name in PAPER_EPOCHS and paper_scale(group.head))
    return (
        scaled,
        place("dataset", name),
        recipe != usual_recipe(name, scale),
        group.head.holdout is not None,
        distance(group.head.config.recipe, stated),
        -len(group.runs),
    )


def in_order(runs: Iterable[Run]) -> list[RunGroup]:
    """The groups of `runs` in the order of `group_order`; groups without a finished run come last.

    If several groups share a folder of figures, the figures show the first of them.
    """
    return sorted(run_groups(runs), key=lambda group: (not group.runs, group_order(group)))


def recipe_differences(groups: Iterable[RunGroup]) -> list[str]:
    """For each group, how it differs from the first group of the same names, in words; empty if it does not.

    Compared are recipe, network and its options, precision, holdout and fold, options of the data set, labels, pictures
    and split.
    """
    first: dict[tuple[str, str, str], Run] = {}
    return [_changes(group.head, first.setdefault(group.names, group.head)) for group in groups]


def changed_recipe(run: Run, usual: Run) -> str:
    """The recipe values of `run` that differ from those of `usual`, such as `lr 0.1 → 0.025`; empty if none differs."""
    return changes(recipe_changes(usual.config.recipe, run.config.recipe))


def _changes(run: Run, usual: Run) -> str:
    networks = model_title(usual), model_title(run)
    network = "" if networks[0] == networks[1] else f"network {networks[0]} → {networks[1]}"
    others = changes(differences(vars(usual.config), vars(run.config), ("precision", "holdout", "fold")))
    options = (changes(_options(run, usual, choice)) for choice in ("model", "dataset"))
    return ", ".join(filter(None, [changed_recipe(run, usual), network, others, *options, other_data(run, usual)]))


def _options(run: Run, usual: Run, choice: str) -> dict[str, tuple[Any, Any]]:
    """The options of `choice` that differ, with the values of `usual` and of `run`; without those shown elsewhere."""
    before, after = (dict(flat(getattr(one.config, choice))) for one in (usual, run))
    said = ("_target_", "name", "fingerprint")
    return differences(before, after, (key for key in {**before, **after} if key not in said))


def other_data(run: Run, usual: Run) -> str:
    """How the data of `run` differ from those of `usual`: in the split, else in labels or pictures; else empty.

    A record has one fingerprint for labels and pictures together, so it is unknown which of the two changed.
    """
    split, before = (getattr(one.data, "split", None) for one in (run, usual))
    if split != before:
        return f"another split ({split})"
    return "" if run.data.fingerprint == usual.data.fingerprint else "other labels or pictures"
