"""The statistical tests: Student's t on paired differences over seeds, and the false discovery rate; needs only scipy.

Two losses are compared on the same seeds, so the functions here take one number per seed: a difference, which is 0 if
there is no effect. Claims, tables, sweeps, the ranking of a search and the study of audits mark or judge several
differences at once and correct for their number; parity and open points show intervals and judge nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

LEVEL = 0.95
SIGNIFICANT = 0.05
FEWEST = 3  # the least number of seeds for a verdict or a mark
SAME = 1e-9  # differences within this range of each other differ only by rounding


@dataclass(frozen=True)
class Inference:
    """Mean of n differences, its 95 % interval (low, high) and the two-sided p of "the true mean is 0".

    `interval` and `p` are None if there are fewer than two differences or all are equal: nothing can be tested then.
    """

    mean: float
    n: int
    interval: tuple[float, float] | None = None
    p: float | None = None

    @property
    def tested(self) -> bool:
        """Whether there are enough seeds (`FEWEST`) for a verdict, and a p."""
        return self.n >= FEWEST and self.p is not None


def infer(differences: ArrayLike) -> Inference:
    """Mean of `differences` (n,) with Student's t interval and p (scipy.stats.ttest_1samp).

    If the differences are normally distributed, the interval covers the true mean in 95 % of cases for every n >= 2.

    >>> infer([1.0, 2.0, 3.0])
    Inference(mean=2.0, n=3, interval=(-0.48..., 4.48...), p=0.07...)
    """
    given = np.asarray(differences, dtype=np.float64)
    n = len(given)
    mean = float(given.mean()) if n else float("nan")
    if n < 2 or np.ptp(given) <= SAME:
        return Inference(mean, n)
    found = stats.ttest_1samp(given, 0.0)
    low, high = found.confidence_interval(LEVEL)
    return Inference(mean, n, (float(low), float(high)), float(found.pvalue))


def adjusted(family: Sequence[Inference]) -> list[float | None]:
    """Benjamini and Hochberg's (1995) adjusted p of each test in `family`, in its order; None where nothing is tested.

    If those below 0.05 are called `significant`, the expected share of false discoveries stays below 5 %.

    >>> adjusted([Inference(1.0, 3, (0.5, 1.5), 0.01), Inference(1.0, 1), Inference(1.0, 3, (0.1, 1.9), 0.04)])
    [0.02, None, 0.04]
    """
    tests = [one.p for one in family if one.tested]
    found = iter(stats.false_discovery_control(tests).tolist() if tests else [])
    return [next(found) if one.tested else None for one in family]


def significant(p: float | None) -> bool:
    """Whether `p` is below 0.05; False for None, which stands for no test."""
    return p is not None and p < SIGNIFICANT
