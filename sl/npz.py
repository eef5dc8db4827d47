"""Writes .npz files of arrays, and reads one that holds a table and an integer for each of its rows."""

import math
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sl.errors import UserError, reason
from sl.files import replacing


def write_npz(path: Path, **arrays: ArrayLike) -> None:
    """Write the named `arrays` to `path`, which then holds nothing else; `sl.files.replacing` says how."""
    with replacing(path) as part, part.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # none is called allow_pickle


def read_rows(
    path: Path, table: str, numbers: str, rule: str, below: float = math.inf
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Read the arrays called `table` (M, D) and `numbers` (M,) from the file at `path`; M, D > 0.

    Raises UserError with the `rule` if the file is damaged, has other shapes, or has a number outside [0, below).
    """
    try:
        # np.load would leave a file open that it opens itself
        with path.open("rb") as file, np.load(file, allow_pickle=False) as saved:
            rows, found = saved[table].astype(np.float64), saved[numbers].astype(np.int64)
        if rows.ndim != 2 or not rows.size or found.shape != rows.shape[:1]:
            raise ValueError(f"shapes {rows.shape} and {found.shape}")
        if found.min() < 0 or found.max() >= below:
            raise ValueError(f"{numbers} from {found.min()} to {found.max()}")
    except Exception as error:  # zipfile, zlib, struct, numpy and its header parser raise different errors
        raise UserError(f"{path}: {rule} ({reason(error)})") from None
    return rows, found
