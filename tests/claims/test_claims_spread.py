"""How unequal classes are beyond chance, against numbers worked out another way."""

import math
from dataclasses import replace

import numpy as np
import pytest
from claim_series import EQUAL_CLASSES, run_of, series_of

from sl.claims.catalogue import catalogue
from sl.claims.measures import (
    class_gap,
    excess_spread,
    spread_beyond_chance,
)  # fmt: skip
from sl.comparison import Series
from sl.tables import Literature


def test_spread_beyond_chance_by_hand() -> None:
    """Variance seen 0.04; by chance (0.21 + 0.25 + 0.21) / 3 / 100."""
    expected = 40 * math.sqrt(1 - 0.67 / 300 / 0.04)
    assert spread_beyond_chance(run_of([101] * 3, [0.7, 0.5, 0.3]), "late") == pytest.approx(expected)
    assert spread_beyond_chance(run_of([101] * 3, [0.5] * 3), "late") == 0
    assert math.isnan(spread_beyond_chance(run_of([50, 0], [0.8, np.nan]), "late"))


def test_a_class_with_one_test_image_has_no_variance_to_take_away() -> None:
    """Seen (0.4² + 0.1² + 0.3²) / 2; by chance (0 + 0.25 + 0.21) / 3 / 100."""
    expected = 70 * math.sqrt(1 - 0.46 / 300 / 0.13)
    assert spread_beyond_chance(run_of([1, 101, 101], [1.0, 0.5, 0.3]), "late") == pytest.approx(expected)


def test_classes_without_test_images_are_left_out() -> None:
    full, holed = run_of([50, 50], [0.9, 0.4]), run_of([50, 50, 0], [0.9, 0.4, np.nan])
    assert spread_beyond_chance(holed, "late") == pytest.approx(spread_beyond_chance(full, "late"))


@pytest.mark.parametrize(("true", "images"), [(0.0, 200), (0.0, 1000), (0.1, 200), (0.3, 36), (0.3, 200), (0.3, 1000)])
def test_chance_makes_little_difference_between_two_accuracies(true: float, images: int) -> None:
    """Classes `true` apart at 80 and 55 %; 400 runs each. The plain spread grows by some points as accuracy falls."""
    random, found, plain = np.random.default_rng(6), [], []
    for mean in (0.8, 0.55):
        accuracies = np.linspace(mean - true / 2, mean + true / 2, 10)
        drawn = random.binomial(images, accuracies, (400, 10)) / images
        found.append(np.mean([spread_beyond_chance(run_of([images] * 10, row.tolist()), "late") for row in drawn]))
        plain.append(100 * np.ptp(drawn, axis=1).mean())
    assert abs(found[1] - found[0]) < 1
    assert abs(plain[1] - plain[0]) > abs(found[1] - found[0]) or plain[1] - plain[0] < 0.5
    if true:
        assert found == pytest.approx([100 * true] * 2, abs=1.2)
    else:
        assert max(found) < 0.35 * max(plain)


@pytest.mark.parametrize("claim", ["spread_noisy_early", "lsr_no_cure", "sl_narrows_spread"])
def test_claims_on_the_spread_are_zero_where_classes_are_equal(claim: str) -> None:
    """Invented runs of both cells of the claim, of equal classes and of another accuracy in each cell."""
    (asked,) = (one for one in catalogue("cifar10", "authors_code", Literature(), usual=True) if one.id == claim)
    random, cells = np.random.default_rng(7), []
    for accuracy in (0.85, 0.55):
        drawn = (random.binomial(200, accuracy, (100, 10)) / 200).tolist()
        cells.append(Series(tuple(run_of([200] * 10, line) for line in drawn)))
    differences = asked.measure(*cells)
    assert abs(differences.mean()) < 3 * differences.std() / 10  # three standard errors


def test_what_is_measured_late_is_of_the_late_stage() -> None:
    """Three classes over four epochs, late being the third."""
    curves = np.array([[[0.5] * 3, [0.6] * 3, [0.9, 0.5, 0.8], [0.1, 0.2, 0.3]]] * 2)
    curves[1, 2] = [0.7, 0.65, 0.6]
    series = series_of(curves)
    assert class_gap(0, 1, 15, series) == pytest.approx([25, -10])
    counted = Series(tuple(replace(run, probes={"late": EQUAL_CLASSES}) for run in series.runs))
    spreads = [spread_beyond_chance(run, "late") for run in counted.runs]
    assert 35 < spreads[0] < 40
    assert excess_spread(10, counted) == pytest.approx([spread - 10 for spread in spreads])
