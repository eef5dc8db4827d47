"""The losses again, in numpy and float64 only: the kit compares an implementation with these formulas.

Each takes log-probabilities (N, K), labels (N,) and the loss's parameters, and returns the losses (N,). The formulas
are written for reading and accuracy, not for training. They share no code with sl.losses; tests compare the two.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from sl.conformance.batches import Array, Labels

Parameters = dict[str, Any]
Formula = Callable[[Array, Labels, Parameters], Array]


def log_softmax(logits: Array) -> Array:
    """log p (N, K)."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def one_hot(log_p: Array, labels: Labels) -> Array:
    """q (N, K)."""
    return np.eye(log_p.shape[1])[labels]


def rest(log_p: Array, labels: Labels) -> Array:
    """1 - p_y (N,), summed over the other classes, so that nothing cancels."""
    return (np.exp(log_p) * (1 - one_hot(log_p, labels))).sum(axis=1)


def ce_of(log_p: Array, target: Array, p_min: float = 0.0) -> Array:
    """-sum_k t_k log max(p_k, p_min)."""
    clipped = np.maximum(log_p, np.log(p_min)) if p_min else log_p
    return -(target * clipped).sum(axis=1)


def rce_of(log_p: Array, target: Array, log_zero: float) -> Array:
    """-sum_k p_k max(log t_k, A)."""
    with np.errstate(divide="ignore"):
        return -(np.exp(log_p) * np.maximum(np.log(target), log_zero)).sum(axis=1)


def sl_of(log_p: Array, target: Array, alpha: float, beta: float, log_zero: float) -> Array:
    """alpha CE + beta RCE."""
    return alpha * ce_of(log_p, target) + beta * rce_of(log_p, target, log_zero)


def guess(log_p: Array) -> Array:
    """One-hot at the most probable class, the first of equals."""
    return np.eye(log_p.shape[1])[log_p.argmax(axis=1)]


def ce(log_p: Array, labels: Labels, given: Parameters) -> Array:
    """-log max(p_y, p_min)."""
    return ce_of(log_p, one_hot(log_p, labels), given.get("p_min", 0.0))


def rce(log_p: Array, labels: Labels, given: Parameters) -> Array:
    """-A (1 - p_y)."""
    return -given["log_zero"] * rest(log_p, labels)


def sl(log_p: Array, labels: Labels, given: Parameters) -> Array:
    """-alpha log p_y - beta A (1 - p_y)."""
    return given["alpha"] * ce(log_p, labels, given) + given["beta"] * rce(log_p, labels, given)


def mae(log_p: Array, labels: Labels, given: Parameters) -> Array:
    """2 (1 - p_y)."""
    return 2 * rest(log_p, labels)


def gce(log_p: Array, labels: Labels, given: Parameters) -> Array:
    """(1 - p_y^q) / q."""
    return -np.expm1(given["q"] * np.take_along_axis(log_p, labels[:, None], 1)[:, 0]) / given["q"]


def focal(log_p: Array, labels: Labels, given: Parameters) -> Array:
    """-(1 - p_y)^gamma log p_y."""
    return rest(log_p, labels) ** given["gamma"] * ce(log_p, labels, {})


def nce(log_p: Array, labels: Labels, given: Parameters) -> Array:
    """log p_y / sum_k log p_k."""
    return ce(log_p, labels, {}) / -log_p.sum(axis=1)


def nce_rce(log_p: Array, labels: Labels, given: Parameters) -> Array:
    """alpha NCE + beta RCE."""
    return given["alpha"] * nce(log_p, labels, {}) + given["beta"] * rce(log_p, labels, given)


def nce_mae(log_p: Array, labels: Labels, given: Parameters) -> Array:
    """alpha NCE + beta MAE."""
    return given["alpha"] * nce(log_p, labels, {}) + given["beta"] * mae(log_p, labels, {})


def phuber(log_p: Array, labels: Labels, given: Parameters) -> Array:
    """-log p_y where p_y > 1 / tau, else log tau + 1 - tau p_y."""
    p_label = np.exp(-ce(log_p, labels, {}))
    tangent = np.log(given["tau"]) + 1 - given["tau"] * p_label
    return np.where(p_label > 1 / given["tau"], ce(log_p, labels, {}), tangent)


def agce(log_p: Array, labels: Labels, given: Parameters) -> Array:
    """((a + 1)^q - (a + p_y)^q) / q."""
    a, q = given["a"], given["q"]
    return ((a + 1) ** q - (a + np.exp(-ce(log_p, labels, {}))) ** q) / q


def lsr(log_p: Array, labels: Labels, given: Parameters) -> Array:
    """CE of the target (1 - epsilon) q + epsilon / K."""
    return ce_of(log_p, (1 - given["epsilon"]) * one_hot(log_p, labels) + given["epsilon"] / log_p.shape[1])


def bootstrap_hard(log_p: Array, labels: Labels, given: Parameters) -> Array:
    """CE of the target beta q + (1 - beta) g, g one-hot at the most probable class."""
    return ce_of(log_p, given["beta"] * one_hot(log_p, labels) + (1 - given["beta"]) * guess(log_p))


def bootstrap_soft(log_p: Array, labels: Labels, given: Parameters) -> Array:
    """CE of the target beta q + (1 - beta) p."""
    return ce_of(log_p, given["beta"] * one_hot(log_p, labels) + (1 - given["beta"]) * np.exp(log_p))


def forward(log_p: Array, labels: Labels, given: Parameters) -> Array:
    """-log (T^T p)_y with T symmetric noise of the rate."""
    classes = log_p.shape[1]
    off = given["rate"] / (classes - 1)
    return -np.log(off + (1 - given["rate"] - off) * np.exp(-ce(log_p, labels, {})))


def backward(log_p: Array, labels: Labels, given: Parameters) -> Array:
    """-sum_j (T^-1)[y, j] log p_j with T symmetric noise of the rate."""
    classes = log_p.shape[1]
    off = given["rate"] / (classes - 1)
    transition = np.full((classes, classes), off) + (1 - given["rate"] - off) * np.eye(classes)
    return -(np.linalg.inv(transition)[labels] * log_p).sum(axis=1)


def joint(log_p: Array, labels: Labels, given: Parameters) -> Array:
    """CE + alpha KL(u || m) + beta H(p), u uniform, m the batch's mean prediction."""
    classes, highest = log_p.shape[1], log_p.max(axis=0)
    log_mean = highest + np.log(np.exp(log_p - highest).mean(axis=0))
    divergence = -np.log(classes) - log_mean.mean()
    return ce(log_p, labels, {}) + given["alpha"] * divergence + given["beta"] * ce_of(log_p, np.exp(log_p))


def elr(log_p: Array, labels: Labels, given: Parameters) -> Array:
    """CE + lambda log(1 - <p, t>), t = (1 - beta) p' on the first sight, p' = p cut to [1e-4, 1 - 1e-4] and scaled."""
    cut = np.clip(np.exp(log_p), 1e-4, 1 - 1e-4)
    target = (1 - given["beta"]) * cut / cut.sum(axis=1, keepdims=True)
    return ce(log_p, labels, {}) + given["lambda_"] * np.log1p(-(np.exp(log_p) * target).sum(axis=1))


def d2l(log_p: Array, labels: Labels, given: Parameters) -> Array:
    """CE of the target a q + (1 - a) g past the turning point, a = alpha, g one-hot at the most probable class."""
    return ce_of(log_p, given["alpha"] * one_hot(log_p, labels) + (1 - given["alpha"]) * guess(log_p))


def lsr_sl(log_p: Array, labels: Labels, given: Parameters) -> Array:
    """SL of the target (1 - epsilon) q + epsilon / K."""
    target = (1 - given["epsilon"]) * one_hot(log_p, labels) + given["epsilon"] / log_p.shape[1]
    return sl_of(log_p, target, given["alpha"], given["beta"], given["log_zero"])


def bootstrap_sl(log_p: Array, labels: Labels, given: Parameters) -> Array:
    """SL of the target share q + (1 - share) g, g one-hot at the most probable class."""
    target = given["share"] * one_hot(log_p, labels) + (1 - given["share"]) * guess(log_p)
    return sl_of(log_p, target, given["alpha"], given["beta"], given["log_zero"])


def forward_sl(log_p: Array, labels: Labels, given: Parameters) -> Array:
    """-alpha log n_y - beta A (1 - n_y), n = T^T p with T symmetric noise of the rate."""
    cross_entropy = forward(log_p, labels, given)
    return given["alpha"] * cross_entropy + given["beta"] * given["log_zero"] * np.expm1(-cross_entropy)
