"""Files of arrays, .npz: written whole, and read as a table with a whole number for each of its rows."""

import math
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sl.errors import UserError, reason
from sl.files import replacing


def write_npz(path: Path, **arrays: ArrayLike) -> None:
    """Make the `arrays`, by name, the whole content of `path`, as `sl.files.replacing` does."""
    with replacing(path) as part, part.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # none is called allow_pickle


def read_rows(
    path: Path, table: str, numbers: str, rule: str, below: float = math.inf
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The arrays called `table` (M, D) and `numbers` (M,), in [0, below), of the file at `path`; M, D > 0.

    Raises UserError that says the `rule` where the file is damaged or holds something else.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as saved:  # np.load leaves what it opens open
            rows, found = saved[table].astype(np.float64), saved[numbers].astype(np.int64)
        if rows.ndim != 2 or not rows.size or found.shape != rows.shape[:1]:
            raise ValueError(f"shapes {rows.shape} and {found.shape}")
        if found.min() < 0 or found.max() >= below:
            raise ValueError(f"{numbers} from {found.min()} to {found.max()}")
    except Exception as error:  # zipfile, zlib, struct, numpy and its parser of headers each raise their own
        raise UserError(f"{path}: {rule} ({reason(error)})") from None
    return rows, found
