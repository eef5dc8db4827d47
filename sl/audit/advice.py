"""Published values of SL's alpha and beta to start with, by the noise that an audit estimates; A = ln 1e-4.

docs/choosing-parameters.md lists all published advice and explains how to search from these values.
"""

from dataclasses import dataclass

import numpy as np

from sl.audit.estimate import NoiseEstimate
from sl.audit.posterior import Array
from sl.config.stated import stated_parameters

MANY_CLASSES = 50  # lies between CIFAR-10 and CIFAR-100, for which the authors chose values
HARDLY_ANY = 0.05  # share of wrong labels; the paper's lowest noise rate above 0 is 0.2
ONE_WAY = 0.5  # `one_way` of T above this: the noise counts as asymmetric
FEWEST_ONE_WAY = 4  # classes; with three, `one_way` is at least one half under any noise
CODE = "https://github.com/YisenWang/symmetric_cross_entropy_for_noisy_labels"


@dataclass(frozen=True)
class Advice:
    """Values to start with, why these, and who published them."""

    alpha: float
    beta: float
    why: str
    source: str

    def __str__(self) -> str:
        return f"loss=sl loss.alpha={self.alpha:g} loss.beta={self.beta:g}: {self.why} ({self.source})"


def advise(estimate: NoiseEstimate, grey: bool) -> Advice:
    """Choose published alpha and beta by the number of classes, the estimated noise and whether pictures are `grey`."""
    rate, classes = estimate.rate, len(estimate.joint)
    share = f"about {100 * rate.value:.0f} % of the labels are wrong"
    if classes >= MANY_CLASSES:
        why = f"{classes} classes, {share}; the authors' values for 100"
        return Advice(*authors_values("cifar100"), why, f"{CODE}, CIFAR-100")
    if rate.value < HARDLY_ANY:
        why = f"{share}; for clean labels alpha 1, and a beta that makes both terms alike"
        why += "; estimates are often too low: if 5 % or more are wrong, see docs/choosing-parameters.md"
        return Advice(1.0, 0.1, why, f"the second author in {CODE}/issues/5; beta 0.1 = 1 / -A is computed")
    if grey:
        why = f"{share}; the pictures are grey: the authors' values for digits. If they are not plain, take 0.1 and 1"
        return Advice(*authors_values("mnist"), why, f"{CODE}, MNIST")
    if classes >= FEWEST_ONE_WAY and one_way(estimate.transition) > ONE_WAY:
        kind = f"{share}; most wrong labels of a class go to one other class: compare with loss=ce (docs/audit.md)"
        why = f"{kind}; the authors' values for 10 classes, from where they advise a grid search"
        return Advice(*authors_values("cifar10"), why, f"{CODE}, CIFAR-10, and issues/10 there")
    why = f"{classes} classes, {share}; the authors' values for 10 at 20 to 60 %, with more noise a higher beta"
    return Advice(*authors_values("cifar10"), why, f"{CODE}, CIFAR-10, and issues/5 there")


def authors_values(dataset: str) -> tuple[float, float]:
    """Alpha and beta of the authors' published code on a data set, from configs/."""
    stated = stated_parameters(dataset, "authors_code", "sl")
    return float(stated["alpha"]), float(stated["beta"])


def one_way(transition: Array) -> float:
    """The share of the wrong labels under T (K, K) that are the most common wrong label of their true class; in [0, 1].

    >>> one_way(np.array([[0.6, 0.4, 0.0], [0.1, 0.8, 0.1], [0.0, 0.0, 1.0]]))
    0.8333333333333334
    """
    wrong = transition - np.diag(transition.diagonal())
    total = wrong.sum()
    return float(wrong.max(1).sum() / total) if total > 0 else 0.0
