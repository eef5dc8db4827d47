"""The batches that the kit tests with. They are formulas, so that any programming language can make the same ones."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """Logits (N, K) and labels (N,); `kind` is ordinary, ties, extreme or wrong."""

    name: str
    kind: str
    logits: Array
    labels: Labels


def ordinary(examples: int, classes: int) -> Array:
    """Logits 3 sin(1.7 i k + i) of example i and class k, both counted from 1: no probability underflows."""
    i, k = np.arange(1, examples + 1)[:, None], np.arange(1, classes + 1)
    return 3 * np.sin(1.7 * i * k + i)


def ties(examples: int, classes: int) -> Array:
    """Three rows in turn: all logits equal; the first two equal and largest; all but the first equal and largest."""
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


def wrong(examples: int, classes: int) -> Array:
    """One logit of 20 in each row, never the label's, the others 0: p_y is 2e-9, and log p_y finite in float32 too."""
    return 20 * np.eye(classes)[np.arange(examples) % classes]


def batches() -> list[Batch]:
    """The batches of every kind but wrong, of 2, 10 and 100 classes; results/conformance/losses.json holds them."""
    return [batch for classes in (2, 10, 100) for batch in _of(classes, (ordinary, ties, extreme))]


def wrong_batches() -> list[Batch]:
    """Batches of confident predictions that differ from the label: a loss that clips small probabilities shows here."""
    return [batch for classes in (2, 10, 100) for batch in _of(classes, (wrong,))]


def _of(classes: int, kinds: Sequence[Callable[[int, int], Array]]) -> Iterator[Batch]:
    """Four examples of each kind; their labels are 1, 0, then the last class, then 0 again."""
    labels = np.array([1, 0, classes - 1, 0])
    for make in kinds:
        yield Batch(f"{make.__name__}_{classes}", make.__name__, make(len(labels), classes), labels)
