"""Which labels to look at first, and which to change."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sl.audit.posterior import Array, Labels


@dataclass(frozen=True, eq=False)
class Ranking:
    """N images, the most suspicious label first in `order` (N,).

    `score` (N,) is the predicted probability of the label, low for a suspicious one, `suggested` (N,) the class the
    network prefers, `wrong` (N,) the probability that the label is wrong, and `change` (N,) bool the decision to change
    it to the suggestion.
    """

    order: NDArray[np.int64]
    score: Array
    suggested: NDArray[np.int64]
    wrong: Array
    change: NDArray[np.bool_]


def rank(labels: Labels, probabilities: Array, wrong: Array, precision: float, judged: NDArray[np.bool_]) -> Ranking:
    """Rank `labels` (N,) by their predicted probability (cleanlab's self-confidence), and decide by `wrong` (N,).

    Changed are the first labels of the ranking that differ from the suggestion: as many as keep their mean `wrong` at
    `precision` or above; only those that are `judged` (N,) are.
    """
    score = probabilities[np.arange(len(labels)), labels]
    order, suggested = np.argsort(score, kind="stable"), probabilities.argmax(1)
    candidates = order[(suggested != labels)[order] & judged[order]]
    expected = wrong[candidates].cumsum() / np.arange(1, len(candidates) + 1)
    enough = np.flatnonzero(expected >= precision)
    change = np.zeros(len(labels), dtype=bool)
    change[candidates[: enough[-1] + 1 if len(enough) else 0]] = True
    return Ranking(order, score, suggested, wrong, change)
