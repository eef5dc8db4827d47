"""What docs/choosing-parameters.md says of alpha and beta on scaled-down CIFAR-10, against the records."""

import math
from functools import cache

import pytest
from notes import ROOT, cell, first_seeds, group_of, late, weighted

from sl.comparison import Series
from sl.comparison.sweeps import sweeps
from sl.record import Run
from sl.stats import significant

pytestmark = pytest.mark.results
PAGE = " ".join((ROOT / "docs" / "choosing-parameters.md").read_text(encoding="utf-8").split())
USUAL = {"alpha": 0.1, "beta": 1.0}
VALUES = [("alpha", value) for value in (0.01, 0.1, 0.5, 1.0, 10.0)] + [
    ("beta", value) for value in (0.1, 0.5, 1.0, 5.0)
]


def series_of(weight: str, value: float) -> Series:
    """The runs with this value of alpha or beta, and the usual value of the other."""
    found = weighted(group_of("cifar10", "cpu", "apl"), **USUAL | {weight: value}, log_zero=math.log(1e-4))
    assert first_seeds(found).seeds == (0, 1, 2)
    return first_seeds(found)


@cache
def ends() -> dict[tuple[str, float], tuple[float, bool]]:
    """By weight and value: accuracy minus that of the usual values, and whether the sweep's table has a mark there."""
    usual = series_of("alpha", USUAL["alpha"]).stack(Run.last_percent)
    gaps = {one: series_of(*one).stack(Run.last_percent) - usual for one in VALUES if one[1] != USUAL[one[0]]}
    (sweep,) = (
        one for one in sweeps(group_of("cifar10", "cpu", "apl").runs) if one.name == "cifar10-symmetric-sl-apl-cpu"
    )
    of_points = [(point.values, p) for point, (_, p) in zip(sweep.points, sweep.differences, strict=True)]
    p = {(of["loss.alpha"], of["loss.beta"]): p for of, p in of_points if of["noise.rate"] == 0.4}
    return {
        (weight, value): (float(gap.mean()), significant(p[tuple((USUAL | {weight: value}).values())]))
        for (weight, value), gap in gaps.items()
    }


@pytest.mark.parametrize(("weight", "value"), VALUES)
def test_a_row_of_what_a_change_of_a_weight_does(weight: str, value: float) -> None:
    series = series_of(weight, value)
    shares = " | ".join(late(series, share) for share in ("wrong_memorised", "right_accuracy"))
    gap = "–"
    if value != USUAL[weight]:
        points, decided = ends()[weight, value]
        gap = f"{points:+.1f}".replace("-", "−") + " *" * bool(decided)
    _, _, table = PAGE.partition(f"| {weight} | test accuracy | minus that of {weight} {USUAL[weight]:g} |")
    assert f"| {value:g} | {series.mean(Run.last_percent):.1f} | {gap} | {shares} |" in table


def test_what_the_tables_show() -> None:
    of, ce = ends(), first_seeds(cell("cpu", "apl", "ce")).mean(Run.last_percent)
    assert ([round(of["beta", value][0]) for value in (0.5, 5, 0.1)], of["beta", 0.5][1], of["beta", 5][1]) == (
        [-1, -1, -7],
        False,
        False,
    )
    shares = [float(late(series_of("alpha", value), "wrong_memorised")) for value in (0.01, 0.1, 0.5, 1.0, 10.0)]
    assert shares == sorted(shares)
    assert 1 < series_of("alpha", 10.0).mean(Run.last_percent) - ce < 2
    assert not of["alpha", 0.01][1]
    assert f"and still {series_of('beta', 0.1).mean(Run.last_percent) - ce:.0f} points above CE" in PAGE
