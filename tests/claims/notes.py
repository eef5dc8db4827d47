"""What tests read to check docs/reproduction-notes.md: the page, the verdicts, and the runs of a group."""

import json
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from sl.comparison import RunGroup, Series
from sl.comparison.group_order import in_order
from sl.numbers import fixed
from sl.paper import USUAL_NOISE
from sl.record import Noise, load_all

ROOT = Path(__file__).parents[2]
NOTES = " ".join((ROOT / "docs" / "reproduction-notes.md").read_text(encoding="utf-8").split())


def claims(dataset: str, scale: str, recipe: str) -> dict[str, dict[str, Any]]:
    """Every claim of the first group of these names, by id, as results/claims.json has it."""
    groups = json.loads((ROOT / "results" / "claims.json").read_text(encoding="utf-8"))["groups"]
    group = next(one for one in groups if (one["dataset"], one["scale"], one["recipe"]) == (dataset, scale, recipe))
    return {claim["id"]: claim for claim in group["claims"]}


def verdicts(dataset: str, scale: str, recipe: str) -> dict[str, str]:
    """The verdict on every claim of the first group of these names."""
    return {name: claim["verdict"] for name, claim in claims(dataset, scale, recipe).items()}


@cache
def group_of(dataset: str, scale: str, recipe: str) -> RunGroup:
    """The group of these names; of several, the one that pages show first."""
    groups = in_order(load_all(ROOT / "results" / "runs" / dataset))
    return next(group for group in groups if group.names == (dataset, scale, recipe))


def cell(scale: str, recipe: str, loss: str, noise: Noise = USUAL_NOISE, dataset: str = "cifar10") -> Series:
    """The runs of a loss and noise in the group of these names."""
    series = group_of(dataset, scale, recipe).series(loss, noise)
    assert series is not None
    return series


def weighted(group: RunGroup, noise: Noise = USUAL_NOISE, **values: float) -> Series:
    """The group's runs of SL with these values of alpha, beta and A."""
    (found,) = (series for chosen, series in group.variants("sl", noise) if values.items() <= chosen.items())
    return found


def first_seeds(series: Series, count: int = 3) -> Series:
    """The series without its seeds from `count` on."""
    return Series.of(run for run in series.runs if run.seed < count)


full_run = partial(cell, "paper")


def late(series: Series, share: str, digits: int = 0) -> str:
    """A share of the training labels late in evaluation mode, in %, mean of its runs."""
    mean = 100 * float(np.mean([getattr(run.probes["late"].training, share) for run in series.runs]))
    return fixed(mean, digits)  # one of them lies between two numbers
