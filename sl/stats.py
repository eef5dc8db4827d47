"""The statistical tests: Student's t on paired differences over seeds, and the false discovery rate; needs only scipy.

Two losses are compared on the same seeds, so the functions here take one number per seed: a difference, which is 0 if
there is no effect. Claims, tables, sweeps, the ranking of a search and the study of audits mark or judge several
differences at once and correct for their number; where a page shows a part of a setting's comparisons with SL, that is
the number of all. Parity and open points show intervals and judge nothing.
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


def infer(differences: ArrayLike, picked_from: int = 1) -> Inference:
    """Mean of `differences` (n,) with Student's t interval and p (scipy.stats.ttest_1samp).

    If the differences are normally distributed, the interval covers the true mean in 95 % of cases for every n >= 2.
    If they were picked from several samples because they look extreme, p is multiplied by `picked_from`, their number,
    and the interval is as much wider (Bonferroni).

    >>> infer([1.0, 2.0, 3.0])
    Inference(mean=2.0, n=3, interval=(-0.48..., 4.48...), p=0.07...)
    """
    given = np.asarray(differences, dtype=np.float64)
    n = len(given)
    mean = float(given.mean()) if n else float("nan")
    if n < 2 or np.ptp(given) <= SAME:
        return Inference(mean, n)
    found = stats.ttest_1samp(given, 0.0)
    low, high = found.confidence_interval(1 - (1 - LEVEL) / picked_from)
    return Inference(mean, n, (float(low), float(high)), min(1.0, picked_from * float(found.pvalue)))


def infer_weakest(differences: ArrayLike) -> tuple[int, Inference]:
    """The column of `differences` (n, K) that decides whether the true mean of every column is above 0; its inference.

    This is the column with the smallest t, the mean over its standard error. If its mean is above 0, no column has a
    larger p: all means are above 0 if this one is, at the same level and without a correction (intersection-union test,
    Berger 1982). If its mean is below 0, it was picked from K columns, and is corrected for that.

    >>> infer_weakest([[1.0, 9.0], [2.0, 1.0], [3.0, 5.0]])
    (1, Inference(mean=5.0, n=3, interval=(-4.93..., 14.93...), p=0.16...))
    """
    given = np.asarray(differences, dtype=np.float64)
    if not len(given):
        return 0, infer([])
    means = given.mean(axis=0)
    errors = given.std(axis=0, ddof=1) if len(given) > 1 else np.ones_like(means)
    with np.errstate(divide="ignore", invalid="ignore"):
        weakest = int(np.nan_to_num(means / errors, nan=0.0).argmin())  # equal numbers above 0: the surest of all
    return weakest, infer(given[:, weakest], picked_from=given.shape[1] if means[weakest] < 0 else 1)


def adjusted(family: Sequence[Inference]) -> list[float | None]:
    """Benjamini and Hochberg's (1995) adjusted p of each test in `family`, in its order; None where nothing is tested.

    If those below 0.05 are called `significant` and the tests are independent or positively dependent, the expected
    share of false discoveries stays below 5 %.

    >>> adjusted([Inference(1.0, 3, (0.5, 1.5), 0.01), Inference(1.0, 1), Inference(1.0, 3, (0.1, 1.9), 0.04)])
    [0.02, None, 0.04]
    """
    tests = [one.p for one in family if one.tested]
    found = iter(stats.false_discovery_control(tests).tolist() if tests else [])
    return [next(found) if one.tested else None for one in family]


def significant(p: float | None) -> bool:
    """Whether `p` is below 0.05; False for None, which stands for no test."""
    return p is not None and p < SIGNIFICANT
