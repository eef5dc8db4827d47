"""A claim of the paper as a check over run records: which runs it needs, what it measures, what came out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sl.claims.cell import Cell
from sl.claims.verdict import Verdict, verdict
from sl.record import Run, Series, Sheet
from sl.record.run import Array
from sl.stats import Estimate, estimate, sign_flip


@dataclass(frozen=True)
class Reported:
    """What somebody else reports on the claim; `paper`: whether it is what the paper itself reports."""

    text: str
    source: str
    paper: bool = True


@dataclass(frozen=True)
class Claim:
    """`measure` gives one number a seed, above 0 where the claim is right, from one Series for each of `cells`.

    All series hold the same seeds in the same order; nan stands for a seed on which nothing could be measured.
    Numbers are percentage points. `proof` names the test that shows a claim which holds by algebra; runs then can
    only contradict it.
    """

    id: str
    topic: str
    sentence: str
    statistic: str
    cells: tuple[Cell, ...]
    measure: Callable[..., Array]
    reported: tuple[Reported, ...] = ()
    proof: str = ""


@dataclass(frozen=True, eq=False)
class Outcome:
    """A claim measured on one sheet; `values` is one number for each of `seeds`, `runs` all records behind it."""

    claim: Claim
    verdict: Verdict
    estimate: Estimate
    p: float | None = None
    seeds: tuple[int, ...] = ()
    values: tuple[float, ...] = ()
    runs: tuple[Run, ...] = ()
    missing: str = ""


def evaluate(claim: Claim, sheet: Sheet | None) -> Outcome:
    """Measure a claim on the seeds that all of its cells have; without a sheet nothing is recorded."""
    found = [cell.series(sheet) if sheet else None for cell in claim.cells]
    present = [series for series in found if series]
    shared = set.intersection(*(set(series.seeds) for series in present)) if len(present) == len(found) else set()
    paired = [Series(tuple(run for run in series.runs if run.seed in shared)) for series in present]
    values = np.asarray(claim.measure(*paired), dtype=np.float64) if shared else np.empty(0)
    kept = np.isfinite(values)
    seeds = tuple(seed for seed, keep in zip(sorted(shared), kept, strict=True) if keep)
    result, p = estimate(values[kept]), sign_flip(values[kept])
    return Outcome(
        claim,
        verdict(result, p, exact=bool(claim.proof)),
        result,
        p,
        seeds,
        tuple(values[kept].tolist()),
        tuple(run for series in paired for run in series.runs if run.seed in seeds),
        _missing(claim.cells, found, sheet, len(shared) - len(seeds)),
    )


def _missing(cells: Sequence[Cell], found: Sequence[Series | None], sheet: Sheet | None, lost: int) -> str:
    """How many runs each cell has, and how many seeds had the runs but not what is measured in them."""
    parts = []
    for cell, series in zip(cells, found, strict=True):
        begun = cell.begun(sheet) if sheet else 0
        parts.append(f"{cell.words}: {series.n if series else 0}" + (f" and {begun} unfinished" if begun else ""))
    return "; ".join(parts + ([f"what is measured is not recorded on {lost} seed(s)"] if lost else []))
