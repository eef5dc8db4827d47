"""The one rule of inference: paired differences over seeds, Student's t, and a false discovery rate; needs scipy only.

Two losses are compared on the same seeds, so everything here is about one number per seed: a difference that is 0 where
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
FEWEST = 3  # seeds that a verdict or a mark needs
SAME = 1e-9  # differences that lie closer together than this are equal but for rounding


@dataclass(frozen=True)
class Inference:
    """Mean of n differences, its 95 % interval (low, high) and the two-sided p of "the true mean is 0".

    `interval` and `p` are None where the differences have no deviation to judge by: fewer than two, or all equal.
    """

    mean: float
    n: int
    interval: tuple[float, float] | None = None
    p: float | None = None

    @property
    def tested(self) -> bool:
        """Whether there are seeds enough for a verdict, and a p."""
        return self.n >= FEWEST and self.p is not None


def infer(differences: ArrayLike) -> Inference:
    """Mean of `differences` (n,) with Student's t interval and p (scipy.stats.ttest_1samp).

    Where the differences are normal, the interval covers the true mean in 95 % of cases for every n >= 2.

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
    """Benjamini and Hochberg's (1995) adjusted p of a family of tests, in the order given; None for what is not tested.

    To call `significant` what is below 0.05 keeps the expected share of false discoveries below 5 %.

    >>> adjusted([Inference(1.0, 3, (0.5, 1.5), 0.01), Inference(1.0, 1), Inference(1.0, 3, (0.1, 1.9), 0.04)])
    [0.02, None, 0.04]
    """
    tests = [one.p for one in family if one.tested]
    found = iter(stats.false_discovery_control(tests).tolist() if tests else [])
    return [next(found) if one.tested else None for one in family]


def significant(p: float | None) -> bool:
    """Whether there was a test, and its p is below 0.05."""
    return p is not None and p < SIGNIFICANT
