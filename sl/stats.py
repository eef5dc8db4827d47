"""Statistics over seeds: bootstrap interval, sign-flip permutation test, Holm's correction; needs scipy only.

Two losses are compared on the same seeds, so all of this is about one number a seed: a difference, or a value that
is to be above 0. Few seeds say little, and no method changes that: what cannot be had is None, with the reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

LEVEL = 0.95
FEWEST_FOR_INTERVAL = 3
RESAMPLES = 9999
EXACT_PATTERNS = 2**14  # sign patterns up to which the permutation test goes through all of them
SEED = 0  # of the resampling: the same records give the same page


@dataclass(frozen=True)
class Estimate:
    """Mean over n seeds and its 95 % bootstrap interval; without an interval, `why_none` says why."""

    mean: float
    n: int
    low: float | None = None
    high: float | None = None
    why_none: str = ""


def estimate(values: ArrayLike) -> Estimate:
    """Mean of `values` (n,) with its BCa bootstrap interval (Efron 1987; scipy.stats.bootstrap).

    The 95 % are nominal. With three seeds the interval is about the least to the greatest value, and then covers the
    true mean in no more than 1 - 2/2^3 = 75 % of cases; with six seeds in no more than 97 %.

    >>> estimate([1.0, 2.0]).why_none
    'no interval: it takes 3 seeds, there are 2'
    """
    given = np.asarray(values, dtype=np.float64)
    n = len(given)
    if n == 0:
        return Estimate(float("nan"), 0, why_none="no interval: there is no seed")
    mean = float(given.mean())
    if n < FEWEST_FOR_INTERVAL:
        return Estimate(mean, n, why_none=f"no interval: it takes {FEWEST_FOR_INTERVAL} seeds, there are {n}")
    if np.allclose(given, mean, rtol=1e-9, atol=1e-12):
        return Estimate(mean, n, why_none=f"no interval: all {n} seeds give the same")
    random = np.random.default_rng(SEED)
    found = stats.bootstrap(
        (given,), np.mean, n_resamples=RESAMPLES, confidence_level=LEVEL, method="BCa", random_state=random
    )
    return Estimate(mean, n, float(found.confidence_interval.low), float(found.confidence_interval.high))


def sign_flip(differences: ArrayLike) -> float | None:
    """Two-sided p of the sign-flip permutation test: is the mean of the paired `differences` (n,) 0?

    All 2^n patterns of signs are gone through (up to n = 14, beyond that a random 16,384); None for less than two.

    >>> sign_flip([0.5, 1.0, 2.0])
    0.25
    """
    given = np.asarray(differences, dtype=np.float64)
    if len(given) < 2:
        return None
    found = stats.permutation_test(
        (given,),
        np.mean,
        permutation_type="samples",
        n_resamples=EXACT_PATTERNS,
        random_state=np.random.default_rng(SEED),
    )
    return float(found.pvalue)


def least_p(n: int) -> float:
    """The smallest p that the two-sided sign-flip test can reach with n pairs: 2 / 2^n.

    >>> least_p(3), least_p(6)
    (0.25, 0.03125)
    """
    return min(1.0, 2.0 / 2**n)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's (1979) adjusted p of a family of tests, in the order given: all may be compared with one level.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(np.argsort(p_values, kind="stable")):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = highest
    return adjusted
