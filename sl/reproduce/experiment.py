"""The runs of an experiment (configs/experiment) as overrides of single runs, the most useful first."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from sl.checks import integer
from sl.config.config_dir import config_dir
from sl.config.files import read_yaml
from sl.config.overrides import swept
from sl.errors import UserError
from sl.paths import CONFIG_DIR

Overrides = tuple[str, ...]


def load(name: str) -> dict[str, Any]:
    """The content of the file of the experiment `name`."""
    return read_yaml(file_of(name))


def file_of(name: str) -> Path:
    """The file of the experiment `name`: in configs/, else in --config-dir; Hydra searches in this order too."""
    ours, own = CONFIG_DIR / "experiment" / f"{name}.yaml", config_dir()
    return own / "experiment" / f"{name}.yaml" if own and not ours.is_file() else ours


def expand(run: str) -> list[Overrides]:
    """Every combination of the comma lists in `run`, a line of overrides as for ``sl train -m``.

    >>> expand("loss=ce,sl noise=none")
    [('loss=ce', 'noise=none'), ('loss=sl', 'noise=none')]
    """
    values = swept(run.split())
    assert values is not None  # an experiment has no intervals
    return list(product(*values))


def runs(name: str, seeds: Sequence[int] | None = None) -> Iterator[Overrides]:
    """The runs of an experiment in order; `seeds`, if given, replace its own."""
    for _, run in steps(name, seeds):
        yield run


def steps(name: str, seeds: Sequence[int] | None = None) -> Iterator[tuple[str, Overrides]]:
    """The runs as in `runs`, each with the step that it belongs to, such as ``figures, seed 0``.

    The runs of the experiments under `first` come first, in turn. Then come its own and those of its `parts`, seed by
    seed: every cell (a run without its seed) once before any cell twice. Only the cells under `repeat_first` get all
    their seeds as soon as every cell has one.
    """
    experiment = load(name)
    for other in experiment.get("first", []):
        yield from steps(other, seeds)
    found = _seed_by_seed(experiment, seeds)
    early = {run for line in experiment.get("repeat_first", []) for run in expand(line)}
    once = [pair for pair in found if pair[0] == found[0][0]]
    for seed, run in dict.fromkeys([*once, *(pair for pair in found if pair[1] in early), *found]):
        yield f"{name}, seed {seed}", (*run, f"seed={seed}")


def _seed_by_seed(experiment: dict[str, Any], seeds: Sequence[int] | None) -> list[tuple[int, Overrides]]:
    """Seed and cell of each run of an experiment's parts and of its own; seeds in the order in which they appear."""
    parts = [load(part) for part in experiment.get("parts", [])] + [experiment]
    own = [(part.get("seeds", []) if seeds is None else seeds, cells(part)) for part in parts]
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
    """
    options = {name.lstrip("+"): value for name, _, value in (each.partition("=") for each in (*run, *common))}
    left_open = (one for one in additions.get(options.get("dataset", ""), ()) if one.split("=", 1)[0] not in options)
    added = [one for one in left_open if "recipe" not in options or not one.startswith("recipe.")]
    return (*run[:1], *added, *run[1:])


def cells(experiment: dict[str, Any]) -> list[Overrides]:
    """The cells of an experiment: the overrides of its own runs without their seeds."""
    return [overrides for run in experiment.get("runs", []) for overrides in expand(run)]


def parse_seeds(text: object) -> list[int] | None:
    """The seeds of ``seeds=0`` or ``seeds=[0,1,2]``; None for None, which keeps the experiment's own."""
    if text is None:
        return None
    values = text if isinstance(text, list) else [text]
    if not values:
        raise UserError("seeds", text, "must be a whole number or a list of them, such as [0,1,2]")
    return [integer("seeds", value, 0) for value in values]
