"""The runs of an experiment (configs/experiment) as overrides of single runs, the most useful first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sl.errors import UserError
from sl.reproduce.experiment_file import Overrides, expand, file_of, load, parse_seeds

Names = tuple[str, ...]


def runs(name: str, seeds: Sequence[int] | None = None) -> Iterator[Overrides]:
    """The runs of an experiment in order; `seeds`, if given, replace its own."""
    for _, run in steps(name, seeds):
        yield run


def steps(name: str, seeds: Sequence[int] | None = None, above: Names = ()) -> Iterator[tuple[str, Overrides]]:
    """The runs as in `runs`, each with the step that it belongs to, such as ``figures, seed 0``.

    The runs of the experiments under `first` come first, in turn. Then come its own and those of its `parts`, seed by
    seed: every cell (a run without its seed) once before any cell twice. Only the cells under `repeat_first` get all
    their seeds as soon as every cell has one. `above` are the experiments that this one is in.
    """
    experiment = _load_in(name, above)
    for other in experiment.get("first", []):
        yield from steps(other, seeds, (*above, name))
    found = _seed_by_seed(_with_parts(name), seeds)
    early = {run for line in experiment.get("repeat_first", []) for run in expand(line)}
    if unknown := early - {run for _, run in found}:
        raise UserError(f"{file_of(name)}: repeat_first: {' '.join(min(unknown))}: must be one of its runs")
    once = [pair for pair in found if pair[0] == found[0][0]]
    for seed, run in dict.fromkeys([*once, *(pair for pair in found if pair[1] in early), *found]):
        yield f"{name}, seed {seed}", (*run, f"seed={seed}")


def _load_in(name: str, above: Names) -> dict[str, Any]:
    """The content of the experiment `name`; UserError if it is one of those that it is in."""
    if name in above:
        raise UserError(f"{file_of(name)}: must not be a part of itself")
    return load(name)


def _with_parts(name: str, above: Names = ()) -> list[dict[str, Any]]:
    """The contents of the `parts` of an experiment, with their own parts, and last its own."""
    content = _load_in(name, above)
    parts = [*(content.get("first", []) if above else []), *content.get("parts", [])]
    return [*(each for part in parts for each in _with_parts(part, (*above, name))), content]


def _seed_by_seed(experiments: Sequence[dict[str, Any]], seeds: Sequence[int] | None) -> list[tuple[int, Overrides]]:
    """Seed and cell of each run of the `experiments`; seeds in the order in which they appear."""
    own = [((parse_seeds(each.get("seeds")) or []) if seeds is None else seeds, cells(each)) for each in experiments]
    order = dict.fromkeys(seed for given, _ in own for seed in given)
    return [(seed, run) for seed in order for given, wanted in own if seed in given for run in wanted]


def with_additions(run: Overrides, additions: Mapping[str, Sequence[str]], common: Sequence[str] = ()) -> Overrides:
    """`run` with the `additions` for its data set, except those whose option `run` or `common` sets itself.

    `common` are the overrides of all runs. Additions such as ``recipe.lr`` belong to the added recipe: a run that gets
    another recipe does not get them.

    >>> with_additions(("dataset=cifar10", "loss=sl"), {"cifar10": ["recipe=apl"]})
    ('dataset=cifar10', 'recipe=apl', 'loss=sl')
    >>> with_additions(("dataset=cifar10", "recipe=authors_code"), {"cifar10": ["recipe=apl"]})
    ('dataset=cifar10', 'recipe=authors_code')
    >>> with_additions(("dataset=cifar100",), {"cifar100": ["recipe=apl", "recipe.lr=0.025"]}, ["recipe=paper_text"])
    ('dataset=cifar100',)
    >>> with_additions(("dataset=cifar100",), {"cifar100": ["recipe=apl", "recipe.lr=0.025"]}, ["recipe=apl"])
    ('dataset=cifar100', 'recipe.lr=0.025')
    """
    options = {name.lstrip("+"): value for name, _, value in (each.partition("=") for each in (*run, *common))}
    offered = dict(one.split("=", 1) for one in additions.get(options.get("dataset", ""), ()))
    same = options.get("recipe") in (None, offered.get("recipe"))
    left_open = {name: value for name, value in offered.items() if name not in options}
    added = [f"{name}={value}" for name, value in left_open.items() if same or not name.startswith("recipe.")]
    return (*run[:1], *added, *run[1:])


def cells(experiment: dict[str, Any]) -> list[Overrides]:
    """The cells of an experiment: the overrides of its own runs without their seeds."""
    return [overrides for run in experiment.get("runs", []) for overrides in expand(run)]
