"""The inputs of the kit: written as formulas, so that every language can make the same."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """Logits (N, K) and labels (N,); `kind` is ordinary, ties or extreme."""

    name: str
    kind: str
    logits: Array
    labels: Labels


def ordinary(examples: int, classes: int) -> Array:
    """3 sin(1.7 i k + i), i and k from 1: no probability underflows."""
    i, k = np.arange(1, examples + 1)[:, None], np.arange(1, classes + 1)
    return 3 * np.sin(1.7 * i * k + i)


def ties(examples: int, classes: int) -> Array:
    """Row by row: all logits equal; the first two equal and above the rest; all but the first equal and above it."""
    rows = np.zeros((examples, classes))
    rows[1::3, :2] = 1.0
    rows[2::3, 0] = -1.0
    return rows


def extreme(examples: int, classes: int) -> Array:
    """One logit of +-50 or +-1e4 in each row, the others 0: probabilities round to 0 and 1."""
    rows = np.zeros((examples, classes))
    for row in range(examples):
        rows[row, row % classes] = (50.0, -50.0, 1e4, -1e4)[row % 4]
    return rows


def batches() -> list[Batch]:
    """Every kind for 2, 10 and 100 classes, four examples each; labels are 1, 0, then the last class, then 0 again."""
    found = []
    for classes in (2, 10, 100):
        labels = np.array([1, 0, classes - 1, 0])
        for make in (ordinary, ties, extreme):
            name = f"{make.__name__}_{classes}"
            found.append(Batch(name, make.__name__, make(len(labels), classes), labels))
    return found
