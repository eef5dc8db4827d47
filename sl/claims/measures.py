"""What claims measure: one number a seed, (n,), from series that hold the same seeds in the same order.

Accuracies become percentage points here; nan stands for a seed on which nothing could be measured.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from sl.record import Run, Series
from sl.record.run import Array

Numbers = NDArray[np.intp]
GRID = np.linspace(0, 1, 5001)


def accuracy(run: Run) -> float:
    """Test accuracy after the last epoch, in percent: no epoch is picked by looking at the test set."""
    return 100 * run.last()


def class_accuracy(run: Run, stage: str) -> Array:
    """Test accuracy of each class (K,) at a stage, in percent."""
    return 100 * run.at_stage(stage)


def spread(run: Run, stage: str) -> float:
    """Accuracy of the best class minus that of the worst at a stage, in points."""
    return 100 * float(run.spread()[run.header["stages"][stage] - 1])


def chance_spread(run: Run, stage: str) -> float:
    """The spread that chance alone is expected to make, in points, if all classes had one true accuracy.

    That accuracy is the run's own; a class with m test images then scores Binomial(m, p) / m, and the expected range
    over classes is the integral of 1 - prod F_k - prod (1 - F_k) over [0, 1] (independent classes).
    """
    counts = run.probe_values(stage, "confusion").sum(axis=1)
    counts = counts[counts > 0]
    share = float(np.nanmean(run.at_stage(stage)))
    below = stats.binom.cdf(np.floor(GRID[:, None] * counts + 1e-9), counts, share)
    return 100 * float(np.mean(1 - below.prod(axis=1) - (1 - below).prod(axis=1)))


def others_mean(values: Array) -> Array:
    """For each seed the mean of `values` (n, ...) over the other seeds; nan for a single seed.

    What is picked there (a class, an epoch) and measured on the seed itself is not picked by its own chance.
    """
    n = len(values)
    return (values.sum(axis=0) - values) / (n - 1) if n > 1 else np.full(values.shape, np.nan)


def halves(clean: Series) -> tuple[Numbers, Numbers]:
    """Numbers of the harder and of the easier half of the classes: by CE on clean labels, late, over its seeds."""
    order = np.argsort(clean.mean(class_accuracy, "late"), kind="stable")
    half = len(order) // 2
    return order[:half], order[-half:]


def harder_minus_easier(clean: Series, values: Array) -> Array:
    """Mean of `values` (n, K) over the harder half of the classes minus that over the easier half, (n,)."""
    hard, easy = halves(clean)
    return values[:, hard].mean(axis=1) - values[:, easy].mean(axis=1)


def difference(first: Series, second: Series) -> Array:
    """Accuracy after the last epoch of the first minus that of the second, in points."""
    return first.stack(accuracy) - second.stack(accuracy)
