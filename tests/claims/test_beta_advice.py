"""What docs/choosing-parameters.md says of beta on scaled-down CIFAR-10, against the records."""

import pytest
from notes import ROOT, cell, late
from scipy.stats import ttest_1samp

from sl.comparison import Series
from sl.comparison.group_order import in_order
from sl.paper import USUAL_NOISE
from sl.record import Run, load_all

pytestmark = pytest.mark.results
PAGE = " ".join((ROOT / "docs" / "choosing-parameters.md").read_text(encoding="utf-8").split())
SMALL, SEEDS = ("cifar10", "cpu", "apl"), (0, 1, 2)
VALUES = (0.1, 0.5, 1.0, 5.0)


def sl_with(beta: float) -> Series:
    """Seeds 0 to 2 of SL with this beta, alpha 0.1 and A = ln 1e-4, under 40 % symmetric noise."""
    group = next(group for group in in_order(load_all(ROOT / "results" / "runs" / "cifar10")) if group.names == SMALL)
    (series,) = (
        series
        for values, series in group.variants("sl", USUAL_NOISE)
        if (values["alpha"], values["beta"], round(values["log_zero"], 2)) == (0.1, beta, -9.21)
    )
    return Series.of(run for run in series.runs if run.seed in SEEDS)


def test_what_a_change_of_beta_costs() -> None:
    series = {beta: sl_with(beta) for beta in VALUES}
    of_one, ends = series[1.0].stack(Run.last_percent), dict[float, tuple[float, str]]()
    for beta, one in series.items():
        assert one.seeds == SEEDS
        gaps = one.stack(Run.last_percent) - of_one
        mark = " *" * bool(beta != 1 and ttest_1samp(gaps, 0).pvalue < 0.05)
        gap = "–" if beta == 1 else f"{gaps.mean():+.1f}".replace("-", "−") + mark
        shares = " | ".join(late(one, share) for share in ("wrong_memorised", "right_accuracy"))
        assert f"| {beta:g} | {one.mean(Run.last_percent):.1f} | {gap} | {shares} |" in PAGE
        ends[beta] = (float(gaps.mean()), mark)
    assert ([round(ends[beta][0]) for beta in (0.5, 5, 0.1)], ends[0.5][1], ends[5][1]) == ([-1, -1, -7], "", "")
    ce = Series.of(run for run in cell("cpu", "apl", "ce").runs if run.seed in SEEDS)
    assert f"and still {series[0.1].mean(Run.last_percent) - ce.mean(Run.last_percent):.0f} points above CE" in PAGE
