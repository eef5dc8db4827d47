"""Resamples computed together are those computed one by one, and intervals lie around the estimate."""

import numpy as np
import pytest
from scipy.special import expit

pytest.importorskip("cleanlab", reason="cleanlab is not installed: pip install -e '.[audit]'")

from sl.audit.bootstrap import RESAMPLES, STEPS, resampled_shares
from sl.audit.estimate import estimate_noise
from sl.audit.joint import transition_of, wrong_shares
from sl.audit.posterior import joint_of, posterior

CLASSES = 4  # of which no label names the last


def sample() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A joint, labels, and predictions; ten of these are sure of a class that the joint rules out."""
    random = np.random.default_rng(0)
    labels = random.integers(0, CLASSES - 1, 90)
    probabilities = random.dirichlet(np.full(CLASSES, 0.3), len(labels))
    joint = joint_of(probabilities, labels)
    joint[0, 1] = 0
    probabilities[np.flatnonzero(labels == 0)[:10]] = np.eye(CLASSES)[1]
    return joint, labels, probabilities


def one_by_one(joint: np.ndarray, labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    random, shares = np.random.default_rng(7), []
    rows = [np.flatnonzero(labels == label) for label in range(CLASSES)]
    drawn = ([some[random.integers(len(some), size=len(some))] for some in rows] for _ in range(RESAMPLES))
    for chosen in map(np.concatenate, [rows, *drawn]):
        again = joint
        for _ in range(STEPS):
            again = joint_of(posterior(probabilities[chosen], labels[chosen], transition_of(again)), labels[chosen])
        shares.append(wrong_shares(again))
    return np.array(shares[1:]) - shares[0]  # the first is of all examples


def test_resamples_computed_together_are_those_computed_one_by_one() -> None:
    found = resampled_shares(*sample(), np.random.default_rng(7))
    np.testing.assert_allclose(found, one_by_one(*sample()), rtol=0, atol=1e-12)


def test_the_estimate_lies_in_its_interval_where_steps_still_move_it() -> None:
    """Two classes that overlap: the intervals used to lie below the estimate, from which their steps go on."""
    random = np.random.default_rng(0)
    second = expit(1.45 * random.normal(size=20000))
    labels = (random.random(20000) < second).astype(np.int64)
    found = estimate_noise(labels, np.stack([1 - second, second], axis=1), seed=0)
    for part in (found.rate, *found.by_label):
        assert part.low < part.value < part.high
        assert (part.low + part.high) / 2 == pytest.approx(part.value, abs=0.2 * (part.high - part.low))
