"""How well a representation keeps classes apart, in two numbers; needs scikit-learn, not torch."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from sl.errors import UserError
from sl.record import Run
from sl.record.representation import Features, Labels, read_representation
from sl.say import notice

NEIGHBOURS = 10
FOLDS = 5
LARGEST = 1e15  # squares of larger numbers, added up, may overflow float32


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
