"""The kit on losses written with JAX, whose arrays are neither PyTorch's nor NumPy's."""

from typing import Any

import pytest

from sl.conformance.catalogue import LOSSES
from sl.conformance.implementation import Implementation
from sl.conformance.verdict import check

jax = pytest.importorskip("jax", reason="jax is not installed: pip install jax")
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


@pytest.mark.parametrize("compiled", [False, True])
def test_a_right_one_conforms(compiled: bool) -> None:
    found = check(Implementation(jax.jit(symmetric) if compiled else symmetric, {}), LOSSES, {})
    assert found.conforms, found.lines
    assert found.lines[0].startswith("computes sl (alpha 0.1")


def test_the_missing_softmax_is_convicted() -> None:
    found = check(Implementation(without_softmax, {}), LOSSES, {})
    assert not found.conforms
    assert any(line.startswith("MISTAKE: softmax missing inside RCE") for line in found.lines), found.lines
