"""Measures how well a representation separates classes, in two numbers; needs scikit-learn, not torch."""

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
LARGEST = 1e15  # a sum of squares of larger numbers may overflow float32


@dataclass(frozen=True)
class Separation:
    """`silhouette`: mean silhouette coefficient of the classes in [-1, 1]; `neighbours`: k-NN accuracy in [0, 1]."""

    silhouette: float
    neighbours: float


def separation(features: Features, labels: Labels) -> Separation:
    """The separation of the classes `labels` (M,) in `features` (M, D), by Euclidean distance in all D dimensions.

    The silhouette is Rousseeuw's (1987); the accuracy is that of 10 nearest neighbours in 5-fold cross-validation.
    Raises UserError if there is only one class, a class has fewer than 5 examples, or fewer than 10 examples are
    outside a fold.
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
    """The separation of the classes in the representation that `run` saved; None if it cannot be measured.

    None means: nothing was saved, there are too few examples, or a number is not finite or too large (one line on
    stderr says so). Cached per `Run` object: the measurement takes seconds, and several claims and a figure use it.
    """
    saved = read_representation(run)
    if saved is None or not _measurable(saved[1]):
        return None
    if not np.abs(saved[0]).max() <= LARGEST:  # true for nan too
        notice(f"{run.path.with_suffix('.npz')}: left out: a representation is not finite or beyond {LARGEST:g}")
        return None
    return separation(*saved)


def _measurable(labels: Labels) -> bool:
    counts = np.unique(labels, return_counts=True)[1]
    left = len(labels) - math.ceil(len(labels) / FOLDS)  # outside the largest fold
    return len(counts) > 1 and bool(counts.min() >= FOLDS) and left >= NEIGHBOURS
