"""The representations that a run kept beside its record."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sl.errors import UserError
from sl.record.run import Run

Features = NDArray[np.float32]
Labels = NDArray[np.int64]


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
