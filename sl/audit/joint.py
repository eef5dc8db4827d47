"""What a joint (K, K) of label and true class says: P(label = i, true = j), which sums to 1."""

import numpy as np

from sl.audit.posterior import Array


def transition_of(joint: Array) -> Array:
    """T[i, j] = P(label = j | true = i) of a `joint` (K, K) of label and true class; rows sum to 1."""
    by_true = joint.T.copy()
    totals = by_true.sum(1)
    by_true[totals <= 0] = np.eye(len(joint))[totals <= 0]
    return by_true / by_true.sum(1, keepdims=True)


def wrong_shares(joint: Array) -> Array:
    """The share of wrong labels overall, then among the labels of each class, (1 + K,); 0 for a class without any."""
    totals = joint.sum(1)
    right = np.divide(joint.diagonal(), totals, out=np.ones_like(totals), where=totals > 0)
    return 1 - np.array([joint.trace() / joint.sum(), *right])
