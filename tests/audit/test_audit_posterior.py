"""Probabilities of a wrong label on simulated data, where the right answer is known."""

import numpy as np
import pytest

pytest.importorskip("cleanlab", reason="cleanlab is not installed: pip install -e '.[audit]'")

from sl.audit.estimate import estimate_noise
from sl.audit.posterior import fit_temperature, joint_of, posterior, temperature_scaled

TRANSITION = np.array([[0.7, 0.2, 0.1], [0.0, 0.9, 0.1], [0.3, 0.0, 0.7]])


def sample(images: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Class probabilities (N, 3), true classes drawn from them, and labels drawn by TRANSITION."""
    random = np.random.default_rng(seed)
    posterior = random.dirichlet([0.2] * 3, images)
    clean = np.array([random.choice(3, p=row) for row in posterior])
    labels = np.array([random.choice(3, p=TRANSITION[true]) for true in clean])
    return posterior, clean, labels


def test_bayes_rule_by_hand() -> None:
    """P(true 0 | label 0) = 0.5 * 0.7 / (0.5 * 0.7 + 0.5 * 0.3)."""
    found = posterior(np.array([[0.5, 0.0, 0.5]]), np.array([0]), TRANSITION)
    assert found[0] == pytest.approx([0.7, 0.0, 0.3])


def test_a_label_that_the_matrix_rules_out_leaves_the_prediction_as_it_is() -> None:
    """No image of class 1 is ever labelled 0, says the matrix; the network is sure that this one is of class 1."""
    assert posterior(np.array([[0.0, 1.0, 0.0]]), np.array([0]), TRANSITION).tolist() == [[0, 1, 0]]


def test_temperature_scaling_by_hand() -> None:
    """At temperature 2 probabilities become their square roots; one of 0 leaves all numbers finite."""
    found = temperature_scaled(np.array([[0.5, 0.32, 0.18], [1.0, 0.0, 0.0]]), 2.0)
    assert found == pytest.approx(np.array([[5, 4, 3], [12, 0, 0]]) / 12, abs=1e-5)


def test_a_joint_is_the_mean_of_the_posteriors() -> None:
    true = np.array([[1.0, 0.0], [0.25, 0.75], [0.5, 0.5]])
    assert joint_of(true, np.array([0, 0, 1])) == pytest.approx(np.array([[1.25, 0.75], [0.5, 0.5]]) / 3)


@pytest.mark.parametrize("power", [0.5, 1.0, 4.0])
def test_a_network_too_sure_or_not_sure_enough_is_calibrated(power: float) -> None:
    """Predictions p^power are right at the temperature `power`; then P(wrong) is how often labels are wrong."""
    exact, clean, labels = sample(4000, seed=0)
    skewed = temperature_scaled(exact, 1 / power)
    temperature = fit_temperature(skewed, labels, TRANSITION)
    assert temperature == pytest.approx(power, rel=0.1)
    true = posterior(temperature_scaled(skewed, temperature), labels, TRANSITION)
    wrong = 1 - true[np.arange(len(labels)), labels]
    for low, high in ((0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1.01)):
        some = (wrong >= low) & (wrong < high)
        assert (labels != clean)[some].mean() == pytest.approx(wrong[some].mean(), abs=0.05)


@pytest.mark.parametrize("power", [0.5, 2.5])
def test_the_estimated_noise_is_the_noise(power: float) -> None:
    exact, clean, labels = sample(6000, seed=1)
    estimate = estimate_noise(labels, temperature_scaled(exact, 1 / power), seed=0)
    assert estimate.rate.value == pytest.approx((labels != clean).mean(), abs=0.02)
    assert np.abs(estimate.transition - TRANSITION).max() < 0.05
    for low, high in ((0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1.01)):
        some = (estimate.wrong >= low) & (estimate.wrong < high)
        assert (labels != clean)[some].mean() == pytest.approx(estimate.wrong[some].mean(), abs=0.05)
    assert abs(estimate.confident_rate - (labels != clean).mean()) > 0.02  # what it starts from does not do as well


def test_intervals_cover() -> None:
    """Of 16 samples of 600 images nearly all have the true rate in their 95 % interval, and the intervals are short."""
    covered, lengths = 0, []
    for seed in range(16):
        exact, clean, labels = sample(600, seed)
        rate = estimate_noise(labels, exact, seed).rate
        covered += rate.low <= (labels != clean).mean() <= rate.high
        lengths.append(rate.high - rate.low)
    assert covered >= 14
    assert np.mean(lengths) < 0.12


def test_a_joint_of_many_classes_is_the_product_of_matrices() -> None:
    random = np.random.default_rng(0)
    true, labels = random.dirichlet(np.ones(50), 3000), random.integers(0, 49, 3000)  # no label is the last class
    product = np.eye(50)[labels].T @ true / 3000
    np.testing.assert_allclose(joint_of(true, labels), product, rtol=1e-12, atol=0)
