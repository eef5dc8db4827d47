"""Records of a sweep of SL over alpha and beta, with accuracies that a formula gives."""

from itertools import product
from pathlib import Path

import numpy as np
import synthetic

from sl.comparison.sweeps import Sweep, sweeps
from sl.record import load_all

ALPHAS, BETAS, SEEDS = (0.01, 0.1, 1.0), (0.5, 1.0), (0, 1, 2)


def accuracy(alpha: float, beta: float, seed: int) -> float:
    """An invented test accuracy."""
    return round(0.6 + 0.05 * np.log10(alpha) - 0.1 * beta + 0.01 * np.sin(7 * seed + 100 * alpha + 10 * beta), 4)


def write_sweep(root: Path) -> None:
    """Records of SL over alpha and beta with three seeds, and of CE."""
    for alpha, beta, seed in product(ALPHAS, BETAS, SEEDS):
        options = {"alpha": alpha, "beta": beta}
        synthetic.ending(root, accuracy(alpha, beta, seed), "sl", seed=seed, loss_options=options)
    synthetic.record(root, "ce")


def sweep_of(folder: Path) -> Sweep:
    """The one sweep among the records in `folder`."""
    (found,) = (sweep for sweep in sweeps(load_all(folder)) if len(sweep.points) > 1)
    return found
