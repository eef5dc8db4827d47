"""Transition matrices of label noise: T[i, j] = P(noisy label = j | clean label = i), (K, K) float64."""

import torch
from torch import Tensor

from sl.checks import integer, number
from sl.errors import MISSING, UserError
from sl.noise.maps import NUM_CLASSES, published_map

ROW_SUM_TOLERANCE = 1e-6


def symmetric(num_classes: int, rate: float) -> Tensor:
    """T of symmetric (uniform) noise: 1 - rate on the diagonal, rate / (K - 1) everywhere else.

    `rate` in [0, 1] is the share of wrong labels: a label is never "moved" to its own class.
    Returns (K, K) float64; raises UserError for fewer than two classes or a rate outside [0, 1].

    >>> symmetric(3, 0.4)
    tensor([[0.6000, 0.2000, 0.2000],
            [0.2000, 0.6000, 0.2000],
            [0.2000, 0.2000, 0.6000]], dtype=torch.float64)
    """
    num_classes = integer("num_classes", num_classes, 2)
    rate = number("rate", rate, 0, 1)
    transition = torch.full((num_classes, num_classes), rate / (num_classes - 1), dtype=torch.float64)
    return transition.fill_diagonal_(1 - rate)


def asymmetric(dataset: str, rate: float, variant: str | None = None) -> Tensor:
    """T of the published asymmetric noise: a source class s keeps 1 - rate and loses rate to one class map[s].

    On balanced data the share of wrong labels is lower than `rate`, which holds within the source classes:

    - ``mnist``: 7->1, 2->7, 3->8, 5<->6; about 0.5 rate.
    - ``cifar10``: truck->automobile, bird->airplane, deer->horse, cat<->dog; 0.5 rate.
    - ``cifar100``, variant ``pairs`` (default): in each block of five consecutive class numbers the two classes
      that the authors' code draws swap; 0.4 rate.
    - ``cifar100``, variant ``cyclic``: each class to the next in its block of five; rate.
    - ``cifar100``, variant ``superclass``: each class to the next in its true superclass; rate.

    The blocks of five are neighbours in the alphabet, not in meaning: only ``superclass`` mixes up similar classes.
    Returns (K, K) float64; raises UserError for another data set or variant, or a rate outside [0, 1].

    >>> asymmetric("cifar10", 0.4)[9]
    tensor([0.0000, 0.4000, 0.0000, 0.0000, 0.0000, 0.0000, 0.0000, 0.0000, 0.0000,
            0.6000], dtype=torch.float64)
    """
    label_map = published_map(dataset, variant)
    rate = number("rate", rate, 0, 1)
    transition = torch.eye(NUM_CLASSES[dataset], dtype=torch.float64)
    for source, target in label_map.items():
        transition[source, source] = 1 - rate
        transition[source, target] = rate
    return transition


def empirical(clean: Tensor, noisy: Tensor, num_classes: int) -> Tensor:
    """T as it is found in two columns of labels, (N,) int64 each: the share of class i that is labelled j.

    >>> empirical(torch.tensor([0, 0, 1, 1]), torch.tensor([0, 1, 1, 1]), 2)
    tensor([[0.5000, 0.5000],
            [0.0000, 1.0000]], dtype=torch.float64)
    """
    counts = torch.bincount(clean * num_classes + noisy, minlength=num_classes**2)
    counts = counts.reshape(num_classes, num_classes).double()
    return counts / counts.sum(1, keepdim=True)


def check_transition(transition: Tensor, name: str = "transition", value: object = MISSING) -> None:
    """Raise UserError about the option `name` of `value` unless the matrix is (K, K) float64 and row-stochastic."""
    if transition.dtype != torch.float64 or transition.ndim != 2 or transition.shape[0] != transition.shape[1]:
        found = f"{tuple(transition.shape)} {str(transition.dtype).removeprefix('torch.')}"
        raise UserError(name, value, f"must be (K, K) float64, not {found}")
    for row, entries in enumerate(transition):
        # Written so that not-a-number fails too.
        if not bool((entries >= 0).all()):
            raise UserError(name, value, f"must hold probabilities, but row {row} has the entry {entries.min():g}")
        total = entries.sum().item()
        if not abs(total - 1) <= ROW_SUM_TOLERANCE:
            rule = f"must have rows that sum to 1 within {ROW_SUM_TOLERANCE:g}, but row {row} sums to {total:.8g}"
            raise UserError(name, value, rule)
