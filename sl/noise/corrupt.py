"""Draws noisy labels. They depend on the arguments of `corrupt` alone, on every machine and in every version."""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sl.array_like import Numbers, as_tensor, class_numbers
from sl.checks import flag, integer
from sl.transition_matrix import as_transition

FLOAT_ERROR = 1e-9  # rate * n that rounding leaves just below a whole number counts as that number


def corrupt(labels: Numbers, transition: Numbers, seed: int, exact: bool = True) -> Tensor:
    """Labels (N,) in [0, K) after noise T = `transition` (K, K), T[i, j] = P(noisy = j | clean = i); a tensor, int64.

    Both may be tensors, NumPy arrays or lists. The result is on the device of `labels` if they are a tensor, else on
    the CPU.

    `exact` moves exactly int(rate_i * n_i) of the n_i examples of class i, chosen at random, with rate_i = 1 - T[i, i]:
    none of two examples at 40 %. Each moves to a class drawn from the row's other entries. Without `exact`, an example
    moves independently with probability rate_i. In both cases no example moves to its own class. Give T in float64, as
    lists have it: in float32, 0.6 is a little more than 0.6, so that 399 of 1000 examples move and not 400.

    Draws with one seed choose mostly the same examples. To add noise to noisy labels, take another seed: with the same
    seed the second draw mostly moves the examples that the first draw moved.

    Symmetric noise in the authors' code moves int(int(n * rate) / K) examples of every class. Where all classes have
    the same size (CIFAR), `exact` moves as many. On MNIST, whose classes differ in size, the authors' code moves the
    same number of each class, and `exact` the same share.

    The draw uses only the raw stream of a bit generator, which numpy keeps, a stable sort and sums in float64. It uses
    no global random state, and no function whose stream a version may change.
    Raises UserError for labels outside [0, K), a matrix that is not row-stochastic or a negative seed.

    >>> from sl.noise import symmetric
    >>> corrupt(torch.zeros(5, dtype=torch.int64), symmetric(2, 0.4), seed=0).sum()
    tensor(2)
    """
    matrix = as_transition(transition)
    given = as_tensor("labels", labels)
    clean = class_numbers("labels", given.cpu(), classes=len(matrix)).numpy()
    flag("exact", exact)
    choice, target = _uniforms(integer("seed", seed, 0), 2 * len(clean)).reshape(2, -1)
    noisy = clean.copy()
    for source, row in enumerate(matrix.cpu().numpy()):
        members = np.flatnonzero(clean == source)
        others = np.cumsum(np.where(np.arange(len(row)) == source, 0.0, row))
        # A row may miss the sum 1 by the tolerance, so the rate could be below 0, or above 0 with no class to draw.
        rate = max(0.0, 1 - row[source]) if others[-1] > 0 else 0.0
        moved = members[_moved(choice[members], rate, exact)]
        noisy[moved] = np.searchsorted(others, target[moved] * others[-1], side="right")
    return torch.from_numpy(noisy).to(given.device)


def _uniforms(seed: int, count: int) -> NDArray[np.float64]:
    """`count` numbers in [0, 1): the upper 53 bits of Philox's 64, as many as a float64 holds."""
    return (np.random.Philox(key=seed).random_raw(count) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _moved(choice: NDArray[np.float64], rate: float, exact: bool) -> NDArray[np.intp]:
    """Which of the examples of one class move, as positions in `choice`."""
    if exact:
        return np.argsort(choice, kind="stable")[: math.floor(rate * len(choice) + FLOAT_ERROR)]
    return np.flatnonzero(choice < rate)
