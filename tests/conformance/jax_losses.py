"""SL written with JAX: right, compiled, and without its softmax."""

from typing import Any

import jax

A = -9.210340371976182


def symmetric(logits: Any, labels: Any, alpha: float = 0.1, beta: float = 1.0) -> Any:
    rows = jax.numpy.arange(len(labels))
    log_p = jax.nn.log_softmax(logits)
    target = jax.numpy.full(logits.shape, A).at[rows, labels].set(0.0)
    return (-alpha * log_p[rows, labels] - beta * (jax.numpy.exp(log_p) * target).sum(1)).mean()


def without_softmax(logits: Any, labels: Any, alpha: float = 0.1, beta: float = 1.0) -> Any:
    rows = jax.numpy.arange(len(labels))
    target = jax.numpy.full(logits.shape, A).at[rows, labels].set(0.0)
    clipped = jax.numpy.clip(logits, 1e-7, 1.0)
    return (-alpha * jax.nn.log_softmax(logits)[rows, labels] - beta * (clipped * target).sum(1)).mean()


compiled = jax.jit(symmetric)
