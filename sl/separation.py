"""How well a representation keeps classes apart, in two numbers; needs scikit-learn, not torch."""

import math
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from sl.errors import UserError
from sl.record import Run
from sl.say import notice

NEIGHBOURS = 10
FOLDS = 5
LARGEST = 1e15  # squares of larger numbers, added up, may overflow float32
Features = NDArray[np.float32]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Separation:
    """`silhouette`: mean silhouette coefficient of the classes in [-1, 1]; `neighbours`: k-NN accuracy in [0, 1]."""

    silhouette: float
    neighbours: float


def separation(features: Features, labels: Labels) -> Separation:
    """Separation of the classes `labels` (M,) in `features` (M, D), by Euclidean distance in all D dimensions.

    The silhouette is Rousseeuw's (1987); the accuracy is that of 10 nearest neighbours over 5 folds. Raises UserError
    where a class has fewer examples than there are folds, there is one class only, or a fold leaves fewer than 10.
    """
    # scikit-learn takes a second to import, and most commands find no representations.
    from sklearn.metrics import silhouette_score
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.neighbors import KNeighborsClassifier

    if not _measurable(labels):
        rule = f"must have at least two classes with {FOLDS} examples each, and {NEIGHBOURS} examples outside each fold"
        raise UserError(f"labels: {rule}")
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    scores = cross_val_score(KNeighborsClassifier(NEIGHBOURS), features, labels, cv=folds)
    return Separation(float(silhouette_score(features, labels)), float(scores.mean()))


@lru_cache(maxsize=1)  # a figure shows what is measured next; many of them would fill the memory
def read_representation(run: Run) -> tuple[Features, Labels] | None:
    """The representations (M, D) of M test images at the last epoch and their labels (M,); None if not kept.

    Any number of the first rows is spread over the classes. Raises UserError where the file beside the record cannot
    be read.
    """
    path = run.path.with_suffix(".npz")
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file, np.load(file) as saved:  # numpy leaves a damaged file that it opened itself open
            features, labels = saved["representation"].astype(np.float32), saved["labels"].astype(np.int64)
            if features.ndim != 2 or not features.size or labels.shape != features.shape[:1]:
                raise ValueError(f"shapes {features.shape} and {labels.shape}")
            return features, labels
    except Exception as error:  # zipfile, zlib, struct, numpy and its parser of headers each raise their own
        raise UserError(f"{path}: not readable as representations ({error})") from None


@cache
def separation_of(run: Run) -> Separation | None:
    """Separation of the classes in what the run kept; None where it kept nothing, or what cannot be measured.

    That is too few of a class, or numbers that are not finite or too large, of which one line on stderr tells.
    Measured once for every `Run` object: it takes seconds, and several claims and a figure ask for it.
    """
    saved = read_representation(run)
    if saved is None or not _measurable(saved[1]):
        return None
    if not np.abs(saved[0]).max() <= LARGEST:  # nan is not, either
        notice(f"{run.path.with_suffix('.npz')}: left out: a representation is not finite or beyond {LARGEST:g}")
        return None
    return separation(*saved)


def _measurable(labels: Labels) -> bool:
    counts = np.unique(labels, return_counts=True)[1]
    left = len(labels) - math.ceil(len(labels) / FOLDS)  # by the largest fold
    return len(counts) > 1 and bool(counts.min() >= FOLDS) and left >= NEIGHBOURS
