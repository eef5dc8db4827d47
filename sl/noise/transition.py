"""Transition matrices of label noise: T[i, j] = P(noisy label = j | clean label = i), (K, K) float64."""

import torch
from torch import Tensor

from sl.checks import integer, number
from sl.evaluate import confusion_matrix
from sl.noise.maps import NUM_CLASSES, published_map


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
    """T of the published asymmetric noise: a share `rate` of each source class s moves to one class map[s].

    `rate` holds within the source classes. The end of each line is the share of wrong labels in the full training set:

    - ``mnist``: 7->1, 2->7, 3->8, 5<->6; about 0.5 rate.
    - ``cifar10``: truck->automobile, bird->airplane, deer->horse, cat<->dog; 0.5 rate.
    - ``cifar100``, variant ``pairs`` (default): in each block of five consecutive class numbers, two classes swap,
      those that the authors' code draws; 0.4 rate.
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
    """T (K, K) float64 of two columns of labels, (N,) int64 each: T[i, j] is the share of class i with the label j.

    The row of a class that does not occur has 1 on the diagonal.

    >>> empirical(torch.tensor([0, 0, 1, 1]), torch.tensor([0, 1, 1, 1]), 2)
    tensor([[0.5000, 0.5000],
            [0.0000, 1.0000]], dtype=torch.float64)
    """
    counts = confusion_matrix(noisy, clean, num_classes).double()
    counts.diagonal().add_(counts.sum(1) == 0)
    return counts / counts.sum(1, keepdim=True)
