"""Shares of wrong labels, pairs and intervals against numbers worked out by hand or by the binomial distribution."""

import math

import numpy as np
import pytest

pytest.importorskip("cleanlab", reason="cleanlab is not installed: pip install -e '.[audit]'")

from sl.audit.estimate import Interval, NoiseEstimate, estimate_noise
from sl.audit.joint import transition_of, wrong_shares

JOINT = np.array([[0.5, 0.1, 0.0], [0.1, 0.3, 0.0], [0.0, 0.0, 0.0]])  # label down, true class across


def test_a_class_that_no_label_names_has_no_wrong_labels() -> None:
    assert wrong_shares(JOINT) == pytest.approx([0.2, 1 / 6, 1 / 4, 0])


def test_a_class_that_no_image_seems_to_be_of_keeps_its_labels() -> None:
    assert transition_of(JOINT) == pytest.approx(np.array([[5 / 6, 1 / 6, 0], [1 / 4, 3 / 4, 0], [0, 0, 1]]))


def test_no_more_than_twenty_pairs_and_no_less_than_half_an_image() -> None:
    """Of 30 pairs with 0.5, 1.5, 2.5, ... images; of two pairs with 0.5 and 0.3 images."""
    nothing = Interval(0, 0, 0)
    counts = np.zeros((6, 6))
    counts[~np.eye(6, dtype=bool)] = np.arange(30) + 0.5
    many = NoiseEstimate(counts / 1000, nothing, (nothing,) * 6, np.zeros(1000), 0)
    assert [count for _, _, count in many.pairs()] == pytest.approx([29.5 - place for place in range(20)])
    few = NoiseEstimate(np.array([[0.9, 0.0625], [0.0375, 0]]), nothing, (nothing,) * 2, np.zeros(8), 0)
    assert few.pairs() == [(0, 1, 0.5)]


def test_intervals_of_sure_predictions_are_those_of_a_share() -> None:
    """Where every prediction is sure, wrong labels are counted: of n labels with the share p wrong the 95 % interval is
    2 * 1.96 sqrt(p (1 - p) / n) wide. Means over three seeds of the resampling."""
    shares, each = np.array([0.1, 0.2, 0.3]), 600
    labels = np.arange(3).repeat(each)
    place = np.tile(np.arange(each), 3)
    true = np.where(place < (shares * each)[labels], (labels + 1) % 3, labels)
    probabilities = np.full((3 * each, 3), 0.002)
    probabilities[np.arange(3 * each), true] = 0.996
    deviations = np.sqrt(shares * (1 - shares) / each)
    expected = 2 * 1.96 * np.array([math.sqrt((deviations**2).sum()) / 3, *deviations])
    widths = []
    for seed in range(3):
        found = estimate_noise(labels, probabilities, seed)
        parts = (found.rate, *found.by_label)
        assert [part.value for part in parts] == pytest.approx([0.2, *shares], abs=1e-3)
        widths.append([part.high - part.low for part in parts])
    assert np.mean(widths / expected) == pytest.approx(1, abs=0.08)
