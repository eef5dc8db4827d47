"""How far accuracy falls from its peak, whatever the noise of single epochs."""

from fractions import Fraction

import numpy as np
import pytest
from claim_series import noisy, series_of

from sl.claims.measures import (
    _fall,
    decline,
    easy_decline,
)  # fmt: skip
from sl.comparison import Series
from sl.stats import infer


@pytest.mark.parametrize("deviation", [0.05, np.where(np.arange(40) < 20, 0.2, 0.01)], ids=["even", "wild at first"])
def test_a_flat_curve_does_not_decline_whatever_its_noise(deviation: float | np.ndarray) -> None:
    repeats = [noisy(np.full(40, 0.5), 3, deviation, seed) for seed in range(100)]
    declines = np.array([decline(series) for series in repeats])
    assert abs(declines.mean()) < 3 * declines.mean(axis=1).std() / 10  # three standard errors
    assert np.mean([infer(three).p < 0.05 for three in declines]) < 0.12
    own_best = [100 * (curve.max(0) - curve[-1]).mean() for curve in (run.class_curve() for run in repeats[0].runs)]
    assert min(own_best) > 8  # what the best epoch of each class and seed would say


@pytest.mark.parametrize("seeds", [3, 6])
def test_the_decline_is_the_true_one(seeds: int) -> None:
    epochs = np.arange(60)
    curve = np.interp(epochs, [0, 10, 25, 50, 59], [0.2, 0.8, 0.8, 0.5, 0.5])
    assert decline(noisy(curve, seeds, 0.01)) == pytest.approx(np.full(seeds, 30), abs=1.5)
    rising = np.interp(epochs, [0, 59], [0.2, 0.8])
    assert (decline(noisy(rising, seeds, 0.01)) < 0).all()


def test_the_decline_never_looks_at_the_seed_for_its_peak() -> None:
    curves = np.zeros((3, 15, 1))
    curves[0, :5], curves[1, 5:10], curves[2, 5:10] = 0.9, 0.5, 0.4  # the first seed peaks where the others do not
    assert decline(series_of(curves, late=12)) == pytest.approx([0, 0, 0])
    curves[0, :5] = 0.3
    assert decline(series_of(curves, late=12)) == pytest.approx([0, 50, 40])


def test_the_peak_is_sought_up_to_the_late_stage() -> None:
    """Epochs 13 to 15 are the best; the last window that may hold the peak ends with the late stage."""
    curves = np.full((3, 20, 1), 0.5)
    curves[:, 12:15] = 0.9
    assert decline(series_of(curves, late=12)) == pytest.approx([0] * 3)
    assert decline(series_of(curves, late=13)) == pytest.approx([100 * 0.4 / 5] * 3)


def test_of_equally_high_peaks_the_first_counts() -> None:
    """Worked out in fractions: with floats, sums of equal value can differ in their last digit."""
    counts = np.random.default_rng(3).integers(0, 10, (3, 30, 6))
    found = _fall(counts / 10, 28)
    for seed, of_class in np.ndindex(3, 6):
        others = [run for place, run in enumerate(counts[:, :, of_class]) if place != seed]
        peaks = [sum(Fraction(int(run[k : k + 5].sum()), 150) for run in others) for k in range(24)]
        first, own = peaks.index(max(peaks)), counts[seed, :, of_class]
        assert found[seed, of_class] == pytest.approx((own[first : first + 5].mean() - own[25:].mean()) / 10)


def test_a_class_without_test_images_is_not_in_the_mean() -> None:
    curves = np.random.default_rng(0).random((3, 20, 4))
    holed = np.insert(curves, 2, np.nan, axis=2)
    assert decline(series_of(holed, late=17)) == pytest.approx(decline(series_of(curves, late=17)))


def test_easy_classes_fall_further_than_hard_ones() -> None:
    """Classes 1 and 2 are the easy ones by clean labels; each class has a peak of its own, and the hard ones rise."""
    clean = series_of(np.tile([0.3, 0.9, 0.8, 0.4], (3, 20, 1)), late=17)
    epochs = np.arange(20)
    falls = [np.interp(epochs, [0, 5, 9, 15, 19], [0.1, 0.8, 0.8, end, end]) for end in (0.5, 0.3)]  # by 30, by 50
    rise = np.interp(epochs, [0, 12, 19], [0.1, 0.2, 0.2])
    noisy = series_of(np.tile(np.stack([rise, *falls, rise], axis=1), (3, 1, 1)), late=17)
    assert easy_decline(clean, noisy) == pytest.approx([40] * 3)
    flipped = series_of(np.tile([0.9, 0.3, 0.4, 0.8], (3, 20, 1)), late=17)
    assert easy_decline(flipped, noisy) == pytest.approx([-40] * 3)


def test_the_other_seeds_say_which_classes_are_easy() -> None:
    """Each seed's own accuracies on clean labels say the opposite. Class 0 falls by 30 points, class 1 by 50."""
    clean = series_of(np.repeat([[[0.9, 0.1]], [[0.3, 0.5]], [[0.3, 0.5]]], 20, axis=1), late=17)
    falling = np.stack([np.interp(np.arange(20), [5, 14], [0.8, end]) for end in (0.5, 0.3)], axis=1)
    assert easy_decline(clean, series_of(np.tile(falling, (3, 1, 1)), late=17)) == pytest.approx([20, -20, -20])


def test_without_a_true_difference_easy_and_hard_classes_fall_alike() -> None:
    """Of 300 runs whose classes are all alike, in threes, whatever chance calls easy."""
    clean, flat = (noisy(np.full(20, 0.5), 300, seed=seed) for seed in (0, 1))
    falls = [easy_decline(Series(clean.runs[k : k + 3]), Series(flat.runs[k : k + 3])) for k in range(0, 300, 3)]
    means = np.mean(falls, axis=1)
    assert abs(means.mean()) < 3 * means.std() / 10  # three standard errors
