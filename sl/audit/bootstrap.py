"""How the estimated shares of wrong labels vary: a bootstrap within the examples of each label."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sl.audit.joint import transition_of, wrong_shares
from sl.audit.posterior import LEAST, Array, Labels

Counts = NDArray[np.integer[Any]]
RESAMPLES = 200
STEPS = 5  # of expectation maximisation; each resample starts from the estimate on all examples
TOGETHER = 10  # resamples computed at once: fast enough, and small beside the predictions


def resampled_shares(joint: Array, labels: Labels, probabilities: Array, random: np.random.Generator) -> Array:
    """`wrong_shares` (200, 1 + K) of the resamples, minus those that the same steps find on all examples.

    The difference leaves out how far `joint` (K, K) still moves where expectation maximisation has not converged.
    `probabilities` (N, K) are calibrated, and are not calibrated again.
    """
    order = np.argsort(labels, kind="stable")
    sizes, ordered = np.bincount(labels, minlength=len(joint)), probabilities[order]
    whole = wrong_shares(_continued(joint, sizes, ordered, np.ones((1, len(labels))))[0])
    shares = []
    for _ in range(0, RESAMPLES, TOGETHER):
        counts = np.array([_draw(sizes, random) for _ in range(TOGETHER)])
        shares += [wrong_shares(one) - whole for one in _continued(joint, sizes, ordered, counts)]
    return np.array(shares)


def _draw(sizes: Counts, random: np.random.Generator) -> Counts:
    """How often a resample has each example (N,), ordered by label; each label keeps its number of examples."""
    return np.concatenate([np.bincount(random.integers(size, size=size), minlength=size) for size in sizes])


def _continued(joint: Array, sizes: Counts, ordered: Array, counts: Array) -> Array:
    """The joint (R, K, K) after `STEPS` more steps, each example of `ordered` (N, K) taken `counts` (R, N) times.

    This is `joint_of` the `posterior`. Examples with one label share a column of T, so that two matrix products serve
    all R resamples, and none needs a posterior (N, K) of its own.
    """
    ends = np.cumsum(sizes)
    joints = np.repeat(joint[None], len(counts), axis=0)
    for _ in range(STEPS):
        transitions = np.array([transition_of(one) for one in joints])
        for label, (start, end) in enumerate(zip(ends - sizes, ends, strict=True)):
            some, times, column = ordered[start:end], counts[:, start:end], transitions[:, :, label]
            total = column @ some.T
            possible = total > LEAST
            scaled = np.where(possible, times / np.maximum(total, LEAST), 0)
            joints[:, label] = column * (scaled @ some) + np.where(possible, 0, times) @ some
        joints /= len(ordered)
    return joints
