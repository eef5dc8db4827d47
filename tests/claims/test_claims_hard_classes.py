"""What easy and hard classes lose and gain, and who chooses them: never the seed that is measured."""

from dataclasses import replace

import numpy as np
import pytest
from claim_series import EQUAL_CLASSES, by_class, series_of

from sl.claims.catalogue import catalogue
from sl.claims.claim import Claim
from sl.claims.measures import (
    decline,
    easy_decline,
    harder_minus_easier,
    hardest_lifted,
    others_mean,
    under_learning,
)  # fmt: skip
from sl.claims.one_class import rests_on
from sl.comparison import Series
from sl.tables import Literature


def test_others_mean_leaves_the_seed_out() -> None:
    values = np.array([[1.0, 10.0], [2.0, 20.0], [6.0, 60.0]])
    assert others_mean(values).tolist() == [[4.0, 40.0], [3.5, 35.0], [1.5, 15.0]]
    assert np.isnan(others_mean(values[:1])).all()


def test_the_harder_half_has_the_lower_accuracies() -> None:
    easy = [[0, 1, 6, 8, 9], [5, 6, 7, 8, 9], [0, 1, 2, 3, 4]]
    found = np.array([[0.9 if k in classes else 0.5 for k in range(10)] for classes in easy]) + np.arange(10) / 100
    values = np.arange(30.0).reshape(3, 10) ** 2
    expected = [
        (line.sum() - line[classes].sum()) / 5 - line[classes].sum() / 5
        for line, classes in zip(values, easy, strict=True)
    ]
    assert harder_minus_easier(found, values) == pytest.approx(expected)
    odd = harder_minus_easier(np.array([[0.1, 0.5, 0.9]]), np.array([[1.0, 20.0, 4.0]]))
    assert odd == pytest.approx([1 - 4])  # the class in the middle is in neither half
    assert np.isnan(harder_minus_easier(np.full((1, 2), np.nan), values[:1, :2])).all()


def test_of_equally_hard_classes_the_first_is_in_the_harder_half() -> None:
    """The means of classes 0 and 1 over two seeds are 0.45, and differ in the last digit as floats."""
    means = np.array([[0.1, 0.2], [0.8, 0.7]]).mean(axis=0)
    assert means[0] > means[1]
    assert harder_minus_easier(means[None], np.array([[5.0, 2.0]])) == pytest.approx([5 - 2])


def test_equal_classes_do_not_under_learn() -> None:
    """By its own split into halves each seed would seem to lose less at the harder half."""
    clean, noisy = (
        series_of(np.random.default_rng(seed).binomial(200, share, (300, 1, 10)) / 200, late=1)
        for seed, share in ((1, 0.8), (2, 0.5))
    )
    repeats = [under_learning(Series(clean.runs[k : k + 3]), Series(noisy.runs[k : k + 3])) for k in range(0, 300, 3)]
    means = np.mean(repeats, axis=1)
    assert abs(means.mean()) < 3 * means.std() / 10  # three standard errors


def test_what_the_harder_half_loses_and_gains() -> None:
    """Of two seeds alike; on clean labels classes 0 and 1 are the harder half, under noise 2 and 3."""
    clean = series_of(np.array([[[0.0] * 4] * 2 + [[0.6, 0.7, 0.9, 0.8], [0.0] * 4]] * 2))
    ce = series_of(np.array([[[0.0] * 4] * 2 + [[0.5, 0.4, 0.2, 0.3], [0.4, 0.5, 0.1, 0.2]]] * 2))
    sl = series_of(np.array([[[0.0] * 4] * 3 + [[0.6, 0.8, 0.2, 0.2]]] * 2))
    # lost late: 10, 30 against 70, 50; gained at the end: 20, 30 against 10, 0
    assert under_learning(clean, ce) == pytest.approx([20 - 60] * 2)
    assert hardest_lifted(clean, ce, sl) == pytest.approx([25 - 5] * 2)


def test_one_seed_has_no_others() -> None:
    one = series_of(np.zeros((1, 4, 2)))
    assert np.isnan(decline(series_of(np.zeros((1, 9, 2))))).all()
    assert np.isnan(under_learning(one, one)).all()
    assert np.isnan(easy_decline(series_of(np.zeros((1, 9, 2))), series_of(np.zeros((1, 9, 2))))).all()


def test_a_class_left_out_is_in_neither_half() -> None:
    """The other classes stay in theirs."""
    accuracies, values = np.array([[0.1, 0.2, 0.3, 0.4]]), np.array([[7.0, 1.0, 5.0, 2.0]])
    assert harder_minus_easier(accuracies, values) == pytest.approx([(7 + 1) / 2 - (5 + 2) / 2])
    assert harder_minus_easier(accuracies, values, without=0) == pytest.approx([1 - (5 + 2) / 2])
    assert harder_minus_easier(accuracies, values, without=3) == pytest.approx([(7 + 1) / 2 - 5])


def claim_of(name: str) -> Claim:
    return next(one for one in catalogue("mnist", "authors_code", Literature(), usual=True) if one.id == name)


def test_a_mean_that_one_class_makes_rests_on_it() -> None:
    """Only class 0, an easy one, loses by noise."""
    right = [0.9, 0.8, 0.5, 0.4, 0.3]
    clean = series_of(np.array([[right]] * 2), late=1)
    noisy = series_of(np.array([[[0.1, *right[1:]]]] * 2), late=1)
    claim, pair = claim_of("hard_under_learn"), (clean, noisy)
    mean = float(claim.measure(*pair).mean())
    assert mean == pytest.approx(-40)
    assert rests_on(claim, pair, mean) == {"0": pytest.approx(0)}


@pytest.mark.parametrize(
    ("claim", "sign"),
    [("hard_under_learn", 1), ("easy_overfit", -1), ("memorises_easy", -1), ("sl_lifts_hardest_most_40", 1)],
)
def test_without_a_class_on_which_it_rests_less_than_half_of_a_mean_is_left(claim: str, sign: int) -> None:
    """On clean labels classes 0 and 1 are the harder half. Each class loses, falls, memorises and gains as `values`
    say: 20 points on average in the harder half and 3 in the easier. One record is older and has no shares by class."""
    right, values = np.array([0.3, 0.4, 0.8, 0.9]), np.array([0.1, 0.3, 0.05, 0.01])
    clean = series_of(np.tile(right, (3, 20, 1)), late=17)
    fallen = series_of(np.tile(np.concatenate([[right] * 10, [right - values] * 10]), (3, 1, 1)), late=17)
    probes = [by_class(values)] * 2 + [{"late": EQUAL_CLASSES}]
    noisy = Series(tuple(replace(run, probes=one) for run, one in zip(fallen.runs, probes, strict=True)))
    asked = claim_of(claim)
    series = (clean, noisy, clean)[: len(asked.cells)]
    mean = float(np.nanmean(asked.measure(*series)))
    assert mean == pytest.approx(sign * 17)
    left = [np.nanmean(asked.measure(*series, without=place)) for place in range(4)]
    assert left == pytest.approx([sign * one for one in (30 - 3, 10 - 3, 20 - 1, 20 - 5)])
    assert rests_on(asked, series, mean) == {"1": pytest.approx(sign * 7)}


def test_a_mean_that_all_classes_make_rests_on_none() -> None:
    clean = series_of(np.array([[[0.9, 0.8, 0.5, 0.4]]] * 2), late=1)
    noisy = series_of(np.array([[[0.9, 0.8, 0.3, 0.2]]] * 2), late=1)
    claim = claim_of("hard_under_learn")
    assert rests_on(claim, (clean, noisy), float(claim.measure(clean, noisy).mean())) == {}
    assert rests_on(claim_of("sl_vs_ce_symmetric_40"), (clean, noisy), -1.0) == {}  # compares no halves
    three = series_of(np.array([[[0.9, 0.8, 0.7]]] * 2), late=1)
    assert rests_on(claim, (three, three), 1.0) == {}  # no class can be left out
