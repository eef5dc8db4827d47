"""How well an audit found wrong labels, where the right ones are known."""

from typing import Any

import numpy as np
from cleanlab.filter import find_label_issues
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, precision_recall_curve

from sl.audit.estimate import NoiseEstimate
from sl.audit.rank import Array, Ranking

LEAST_PRECISION = 0.9


def measures(
    labels: NDArray[np.int64], clean: NDArray[np.int64], probabilities: Array, ranking: Ranking, estimate: NoiseEstimate
) -> dict[str, Any]:
    """The measures that docs/audit-study.md compares; `flagged` holds precision and recall of three ways to decide.

    decision: `Ranking.change`; disagree: the prediction is not the label; cleanlab: its own filter.
    """
    wrong, suspicion = labels != clean, -ranking.score
    precision, recall, _ = precision_recall_curve(wrong, suspicion)
    first = wrong[ranking.order]
    flags = {
        "decision": ranking.change,
        "disagree": probabilities.argmax(1) != labels,
        "cleanlab": find_label_issues(labels, probabilities, n_jobs=1),
    }
    rate = float(wrong.mean())
    return {
        "average_precision": float(average_precision_score(wrong, suspicion)),
        "precision_at_count": float(first[: wrong.sum()].mean()),
        "recall_at_90": float(recall[precision >= LEAST_PRECISION].max()),
        "rate": {"true": rate, "estimated": estimate.rate.value, "low": estimate.rate.low, "high": estimate.rate.high,
                 "covered": estimate.rate.low <= rate <= estimate.rate.high},
        "confident_learning_rate": estimate.confident_rate,
        "flagged": {name: precision_recall(wrong, flag) for name, flag in flags.items()},
    }  # fmt: skip


def precision_recall(wrong: NDArray[np.bool_], flagged: NDArray[np.bool_]) -> dict[str, float | None]:
    """Precision (None where nothing is flagged) and recall of `flagged` (N,)."""
    hits = int((wrong & flagged).sum())
    return {"precision": hits / int(flagged.sum()) if flagged.any() else None, "recall": hits / int(wrong.sum())}
