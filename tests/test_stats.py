"""The one rule of inference, against formulas written out and against what it promises in repetition."""

import math

import numpy as np
import pytest
from scipy import stats

from sl.stats import SIGNIFICANT, Inference, adjusted, infer, infer_weakest, significant

SAMPLE = [4.1, 3.2, 5.5, 4.8, 6.0, 3.9, 5.1, 4.4]


@pytest.mark.parametrize("values", [SAMPLE, SAMPLE[:3], SAMPLE[:2], [-1.0, 0.5, 0.75, -0.25], [1e-6, 3e-6, 2e-6]])
def test_interval_and_p_are_students(values: list[float]) -> None:
    found, n = infer(values), len(values)
    mean = sum(values) / n
    error = math.sqrt(sum((value - mean) ** 2 for value in values) / (n - 1) / n)
    half = stats.t.ppf(0.975, n - 1) * error
    assert (found.mean, found.n) == (pytest.approx(mean), n)
    assert found.interval == pytest.approx((mean - half, mean + half))
    assert found.p == pytest.approx(2 * stats.t.sf(abs(mean) / error, n - 1))
    assert found.tested == (n > 2)


@pytest.mark.parametrize("values", [[], [1.0], [2.5] * 4, [0.0] * 3, [0.1 + 0.2, 0.3, 0.3]])
def test_without_deviation_there_is_no_interval_and_no_p(values: list[float]) -> None:
    found = infer(values)
    assert (found.n, found.interval, found.p, found.tested) == (len(values), None, None, False)
    assert found.mean == pytest.approx(sum(values) / len(values) if values else math.nan, nan_ok=True)


@pytest.mark.parametrize("n", [3, 6])
def test_without_an_effect_false_positives_are_at_most_nominal(n: int) -> None:
    random, repeats = np.random.default_rng(n), 800
    found = [infer(random.normal(size=n)) for _ in range(repeats)]
    error = math.sqrt(SIGNIFICANT * (1 - SIGNIFICANT) / repeats)
    assert np.mean([one.p < SIGNIFICANT for one in found]) <= SIGNIFICANT + 3 * error
    assert np.mean([one.interval[0] <= 0 <= one.interval[1] for one in found]) >= 1 - SIGNIFICANT - 3 * error


@pytest.mark.parametrize(("n", "effect", "least"), [(3, 6.0, 0.9), (6, 2.0, 0.9)])
def test_an_effect_is_found(n: int, effect: float, least: float) -> None:
    random = np.random.default_rng(n)
    found = [infer(random.normal(effect, 1, n)) for _ in range(150)]
    assert np.mean([one.p < SIGNIFICANT and one.mean > 0 for one in found]) > least


def test_all_columns_are_above_zero_if_the_least_sure_one_is() -> None:
    """Its p is the largest of all columns; a column with a lower mean but less deviation does not decide."""
    sure, unsure = np.array([1.0, 1.1, 0.9]), np.array([9.0, 1.0, 5.0])
    p = [stats.ttest_1samp(column, 0).pvalue for column in (sure, unsure)]
    assert p[0] < SIGNIFICANT < p[1]
    weakest, found = infer_weakest(np.stack([sure, unsure, sure], axis=1))
    assert (weakest, found) == (1, infer(unsure))
    assert found.p == pytest.approx(max(p))


def test_a_column_that_was_picked_because_it_is_below_zero_is_corrected_for_that() -> None:
    below = np.array([-1.0, -1.1, -0.8])
    weakest, found = infer_weakest(np.stack([np.full(3, 2.0), below, np.array([1.0, 2.0, 3.0])], axis=1))
    assert weakest == 1
    assert found.p == pytest.approx(3 * stats.ttest_1samp(below, 0).pvalue)
    assert found.interval == pytest.approx(stats.ttest_1samp(below, 0).confidence_interval(1 - 0.05 / 3))
    assert infer([-1.0, 0.5, 0.75], picked_from=9).p == 1.0


@pytest.mark.parametrize("means", [(0.0, 0.0, 0.0, 0.0), (0.0, 9.0, 9.0, 9.0)])
def test_a_column_without_an_effect_is_called_one_at_most_nominally(means: tuple[float, ...]) -> None:
    random, repeats = np.random.default_rng(1), 2000
    found = [infer_weakest(random.normal(means, 1.0, (3, 4)))[1] for _ in range(repeats)]
    error = math.sqrt(SIGNIFICANT * (1 - SIGNIFICANT) / repeats)
    for sign in (1, -1):
        assert np.mean([one.p < SIGNIFICANT and sign * one.mean > 0 for one in found]) <= SIGNIFICANT + 3 * error


def test_equal_gains_are_not_the_least_sure_ones_and_no_seed_decides_nothing() -> None:
    weakest, found = infer_weakest([[2.0, 1.0], [2.0, 3.0], [2.0, 2.0]])
    assert (weakest, found) == (1, infer([1.0, 3.0, 2.0]))
    assert infer_weakest([[2.0, 0.0], [2.0, 0.0], [2.0, 0.0]]) == (1, Inference(0.0, 3))
    assert infer_weakest([[2.0, -1.0]]) == (1, Inference(-1.0, 1))
    weakest, found = infer_weakest(np.empty((0, 1)))
    assert (weakest, found.n, found.p) == (0, 0, None)


def three(p: float | None) -> Inference:
    """A test with three seeds; none where there is no p."""
    return Inference(1.0, 3, None, p)


def test_adjusted_p_are_those_of_the_step_up_procedure() -> None:
    values = (np.random.default_rng(0).random(9) ** 3).tolist()
    for level in (0.01, 0.05, 0.2):
        ranked = sorted(values)
        passed = [rank for rank, p in enumerate(ranked, 1) if p <= level * rank / len(values)]
        rejected = {*ranked[: max(passed, default=0)]}
        assert {p for p, q in zip(values, adjusted(list(map(three, values))), strict=True) if q <= level} == rejected


def test_what_was_not_tested_is_not_in_the_family() -> None:
    assert adjusted(list(map(three, [None, 0.01, None, 0.04]))) == [None, 0.02, None, 0.04]
    assert (adjusted([]), adjusted([three(None)]), adjusted([three(0.2)])) == ([], [None], [0.2])
    assert adjusted([Inference(1.0, 2, None, 0.001), three(0.04)]) == [None, 0.04]  # two seeds are no test
    assert [significant(p) for p in (None, 0.049, 0.05)] == [False, True, False]


def test_without_any_effect_a_family_seldom_has_a_survivor() -> None:
    random, repeats = np.random.default_rng(1), 150
    families = [adjusted([infer(random.normal(size=3)) for _ in range(8)]) for _ in range(repeats)]
    survivors = np.mean([min(family) < SIGNIFICANT for family in families])
    assert survivors <= SIGNIFICANT + 3 * math.sqrt(SIGNIFICANT * (1 - SIGNIFICANT) / repeats)
