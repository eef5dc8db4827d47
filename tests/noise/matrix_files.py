"""A transition matrix in files."""

from pathlib import Path

import numpy as np

T3 = np.array([[0.7, 0.2, 0.1], [0.0, 1.0, 0.0], [0.25, 0.25, 0.5]])


def write(path: Path, matrix: np.ndarray) -> Path:
    """Write a matrix in the format of the suffix."""
    if path.suffix == ".npy":
        np.save(path, matrix)
    else:
        np.savetxt(path, matrix, delimiter="," if path.suffix == ".csv" else " ", fmt="%.17g")
    return path
