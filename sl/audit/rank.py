"""Ranks labels by how suspicious they are, and decides which to change."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sl.audit.posterior import Array, Labels


@dataclass(frozen=True, eq=False)
class Ranking:
    """The ranking of N images; `order` (N,) holds their rows, the most suspicious label first.

    By row: `score` is the predicted probability of the label (low for a suspicious one), `suggested` the most probable
    class, `wrong` the probability that the label is wrong, and `change` whether the label becomes the suggested class.
    """

    order: NDArray[np.int64]
    score: Array
    suggested: NDArray[np.int64]
    wrong: Array
    change: NDArray[np.bool_]


def rank(labels: Labels, probabilities: Array, wrong: Array, precision: float, judged: NDArray[np.bool_]) -> Ranking:
    """Rank `labels` (N,) by their predicted probability (cleanlab's self-confidence), and decide by `wrong` (N,).

    Candidates for a change are the `judged` labels (N,) that differ from the suggested class. The first candidates of
    the ranking are changed: as many as possible while their mean `wrong` is at least `precision`.
    """
    score = probabilities[np.arange(len(labels)), labels]
    order, suggested = np.argsort(score, kind="stable"), probabilities.argmax(1)
    candidates = order[(suggested != labels)[order] & judged[order]]
    expected = wrong[candidates].cumsum() / np.arange(1, len(candidates) + 1)
    enough = np.flatnonzero(expected >= precision)
    change = np.zeros(len(labels), dtype=bool)
    change[candidates[: enough[-1] + 1 if len(enough) else 0]] = True
    return Ranking(order, score, suggested, wrong, change)
