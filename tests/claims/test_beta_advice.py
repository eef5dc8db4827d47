"""What docs/choosing-parameters.md says of beta on scaled-down CIFAR-10, against the records."""

import math

import pytest
from notes import ROOT, cell, first_seeds, group_of, late, weighted
from scipy.stats import ttest_1samp

from sl.record import Run

pytestmark = pytest.mark.results
PAGE = " ".join((ROOT / "docs" / "choosing-parameters.md").read_text(encoding="utf-8").split())
VALUES = (0.1, 0.5, 1.0, 5.0)


def test_what_a_change_of_beta_costs() -> None:
    group = group_of("cifar10", "cpu", "apl")
    of_all = {beta: weighted(group, alpha=0.1, beta=beta, log_zero=math.log(1e-4)) for beta in VALUES}
    series = {beta: first_seeds(one) for beta, one in of_all.items()}
    of_one, ends = series[1.0].stack(Run.last_percent), dict[float, tuple[float, str]]()
    for beta, one in series.items():
        assert one.seeds == (0, 1, 2)
        gaps = one.stack(Run.last_percent) - of_one
        mark = " *" * bool(beta != 1 and ttest_1samp(gaps, 0).pvalue < 0.05)
        gap = "–" if beta == 1 else f"{gaps.mean():+.1f}".replace("-", "−") + mark
        shares = " | ".join(late(one, share) for share in ("wrong_memorised", "right_accuracy"))
        assert f"| {beta:g} | {one.mean(Run.last_percent):.1f} | {gap} | {shares} |" in PAGE
        ends[beta] = (float(gaps.mean()), mark)
    assert ([round(ends[beta][0]) for beta in (0.5, 5, 0.1)], ends[0.5][1], ends[5][1]) == ([-1, -1, -7], "", "")
    ce = first_seeds(cell("cpu", "apl", "ce"))
    assert f"and still {series[0.1].mean(Run.last_percent) - ce.mean(Run.last_percent):.0f} points above CE" in PAGE
