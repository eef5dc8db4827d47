import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from sl.stats import estimate, holm, least_p, sign_flip

SAMPLE = [4.1, 3.2, 5.5, 4.8, 6.0, 3.9, 5.1, 4.4]


def bca(values: list[float], resamples: int = 40000) -> tuple[float, float]:
    """Efron's (1987) formulas written out, with another random generator."""
    given, n = np.array(values), len(values)
    random = np.random.default_rng(123)
    means = np.sort(given[random.integers(0, n, (resamples, n))].mean(1))
    below = ((means < given.mean()).mean() + (means <= given.mean()).mean()) / 2
    z0 = stats.norm.ppf(below)
    jackknife = np.array([np.delete(given, i).mean() for i in range(n)])
    away = jackknife.mean() - jackknife
    acceleration = (away**3).sum() / (6 * (away**2).sum() ** 1.5)
    ends = []
    for z in stats.norm.ppf([0.025, 0.975]):
        ends.append(stats.norm.cdf(z0 + (z0 + z) / (1 - acceleration * (z0 + z))))
    return tuple(np.quantile(means, ends))


@pytest.mark.parametrize("values", [SAMPLE, [0.2, 0.1, 9.0, 0.4, 0.3, 1.5]])
def test_interval_is_the_bias_corrected_accelerated_one(values: list[float]) -> None:
    found = estimate(values)
    assert found.mean == pytest.approx(sum(values) / len(values))
    assert (found.low, found.high) == pytest.approx(bca(values), abs=0.02 * np.ptp(values))


def test_interval_repeats_and_moves_with_the_values() -> None:
    found, moved = estimate(SAMPLE), estimate([value + 10 for value in SAMPLE])
    assert found == estimate(SAMPLE)
    assert (moved.low - found.low, moved.high - found.high) == pytest.approx((10, 10))


def test_three_seeds_give_about_their_range() -> None:
    found = estimate([-1.0, 2.0, 3.0])
    assert found.low == pytest.approx(-1)
    assert found.high <= 3


def test_of_three_seeds_the_interval_covers_far_less_than_95_percent() -> None:
    random = np.random.default_rng(1)
    inside = [found.low <= 0 <= found.high for found in (estimate(random.normal(size=3)) for _ in range(200))]
    assert 0.5 < np.mean(inside) < 0.85


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([], "no interval: there is no seed"),
        ([1.0], "no interval: it takes 3 seeds, there are 1"),
        ([1.0, 2.0], "no interval: it takes 3 seeds, there are 2"),
        ([2.5] * 4, "no interval: all 4 seeds give the same"),
        ([0.0] * 3, "no interval: all 3 seeds give the same"),
    ],
)
def test_no_interval_says_why(values: list[float], why: str) -> None:
    found = estimate(values)
    assert (found.n, found.low, found.high, found.why_none) == (len(values), None, None, why)
    assert found.mean == pytest.approx(sum(values) / len(values) if values else math.nan, nan_ok=True)


@pytest.mark.parametrize("seed", range(4))
def test_sign_flip_counts_every_pattern(seed: int) -> None:
    differences = [Fraction(int(value)) for value in np.random.default_rng(seed).integers(-3, 9, 5 + seed)]
    sums = [
        sum(sign * value for sign, value in zip(signs, differences, strict=True))
        for signs in itertools.product((1, -1), repeat=len(differences))
    ]
    expected = sum(abs(value) >= abs(sum(differences)) for value in sums) / len(sums)
    assert sign_flip([float(value) for value in differences]) == pytest.approx(expected)


@pytest.mark.parametrize("n", [2, 3, 5, 6, 8])
def test_least_p_is_what_seeds_that_all_agree_reach(n: int) -> None:
    assert sign_flip(np.arange(1, n + 1)) == pytest.approx(2 / 2**n) == least_p(n)


def test_six_pairs_are_the_least_for_five_percent() -> None:
    assert least_p(5) > 0.05 > least_p(6)


def test_sign_flip_of_many_pairs_agrees_with_the_t_test() -> None:
    differences = np.random.default_rng(3).normal(0.3, 1, 40)
    assert sign_flip(differences) == pytest.approx(stats.ttest_1samp(differences, 0).pvalue, abs=0.01)


def test_sign_flip_without_a_test() -> None:
    assert sign_flip([1.0]) is None
    assert sign_flip([0.0, 0.0, 0.0]) == 1
    assert (least_p(0), least_p(1)) == (1, 1)


@pytest.mark.parametrize("seed", range(5))
def test_holm_is_the_closed_test_of_bonferroni(seed: int) -> None:
    values = (np.random.default_rng(seed).random(5) ** 3).tolist()
    subsets = [subset for size in range(1, 6) for subset in itertools.combinations(range(5), size)]
    closed = [
        max(min(1, len(subset) * min(values[i] for i in subset)) for subset in subsets if place in subset)
        for place in range(5)
    ]
    assert holm(values) == pytest.approx(closed)


def test_holm_of_one_or_none() -> None:
    assert (holm([]), holm([0.2])) == ([], [0.2])
