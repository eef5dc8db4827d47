"""The representations that a run kept beside its record."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sl.npz import read_rows
from sl.record.run import Run

Features = NDArray[np.float32]
Labels = NDArray[np.int64]


@lru_cache(maxsize=1)  # a figure draws and measures the same one; many would fill the memory
def read_representation(run: Run) -> tuple[Features, Labels] | None:
    """The representations (M, D) of M test images at the last epoch and their labels (M,); None if not kept.

    The rows go through the classes in turn, so any number of the first rows is spread over the classes.
    Raises UserError where the file beside the record cannot be read.
    """
    path = run.path.with_suffix(".npz")
    if not path.is_file():
        return None
    features, labels = read_rows(path, "representation", "labels", "not readable as representations")
    return features.astype(np.float32), labels
