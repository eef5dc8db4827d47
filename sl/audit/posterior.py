"""The posterior probability of each image's true class, from predictions, labels and the transition matrix.

Shapes: probabilities (N, K), labels (N,) int64, transition T (K, K) with T[i, j] = P(label = j | true = i). T assumes
that the noise depends on the true class alone.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_array
from scipy.special import softmax

Array = NDArray[np.float64]
Labels = NDArray[np.int64]
LEAST = 1e-12  # smallest probability, so that logarithms and quotients are finite
LOG_RANGE = (-3.0, 3.0)  # of the natural logarithm of the temperature


def temperature_scaled(probabilities: Array, temperature: float) -> Array:
    """Softmax of log p / temperature (N, K)."""
    scaled: Array = softmax(np.log(np.maximum(probabilities, LEAST)) / temperature, axis=1)
    return scaled


def fit_temperature(probabilities: Array, labels: Labels, transition: Array) -> float:
    """The temperature that maximises the likelihood of the labels; that of label y is sum_i p_i T[i, y].

    Guo et al. 2017, "On Calibration of Modern Neural Networks", with noisy labels in place of clean ones, so that noise
    is not mistaken for uncertainty of the network. It is valid for predictions of images that were not trained on.
    """

    def negative_log_likelihood(log_temperature: float) -> float:
        noisy = (temperature_scaled(probabilities, np.exp(log_temperature)) * transition[:, labels].T).sum(1)
        return float(-np.log(np.maximum(noisy, LEAST)).mean())

    return float(np.exp(minimize_scalar(negative_log_likelihood, bounds=LOG_RANGE, method="bounded").x))


def posterior(probabilities: Array, labels: Labels, transition: Array) -> Array:
    """P(true = i | image, label), (N, K), by Bayes: p_i T[i, label], scaled to sum 1; p if they sum to <= LEAST."""
    likely = probabilities * transition[:, labels].T
    total = likely.sum(1, keepdims=True)
    return np.where(total > LEAST, likely / np.maximum(total, LEAST), probabilities)


def joint_of(true: Array, labels: Labels) -> Array:
    """P(label = i, true = j) (K, K) of the posterior `true` (N, K) and the labels; sums to 1."""
    images, classes = true.shape
    one_hot = csr_array((np.ones(images), labels, np.arange(images + 1)), shape=(images, classes))
    joint: Array = one_hot.T @ true / images  # each row of `true` is added once: N K steps, not N K^2
    return joint
