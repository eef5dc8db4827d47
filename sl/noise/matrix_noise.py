"""Noise from a transition matrix of the user's own."""

import warnings
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sl.errors import UserError
from sl.noise.labels import LabelledData
from sl.noise.transition import check_transition
from sl.noise.transition_noise import TransitionNoise

DELIMITERS = {".csv": ",", ".txt": None}  # None: any white space
SUFFIXES = (".npy", *DELIMITERS)


class Matrix(TransitionNoise):
    """T[i, j] = P(noisy = j | clean = i) from a file: ``.npy``, ``.csv`` (commas) or ``.txt`` (blanks), K rows of K.

    Rows and columns are in the order of the data set's class numbers; entries >= 0, rows sum to 1 within 1e-6.
    Raises UserError when built if the file cannot be read or is no such matrix.
    """

    def __init__(self, path: str | Path, exact: bool = True) -> None:
        super().__init__(exact)
        self.path = path
        self._matrix = torch.from_numpy(_read(path))
        check_transition(self._matrix, f"path={path}")

    def transition(self, dataset: LabelledData) -> Tensor:
        """(K, K) float64; raises UserError if the data set has another number of classes."""
        found, classes = len(self._matrix), dataset.num_classes
        if found != classes:
            raise UserError(
                f"noise.path={self.path}: it is a {found} x {found} matrix, "
                f"allowed on dataset={dataset.name} is {classes} x {classes}"
            )
        return self._matrix


def _read(path: str | Path) -> NDArray[np.float64]:
    if not isinstance(path, (str, Path)) or Path(path).suffix not in SUFFIXES:
        raise UserError(f"path={path}: allowed is a file that ends in {', '.join(SUFFIXES)}")
    try:
        return _parse(Path(path).expanduser())
    except (OSError, EOFError, TypeError, ValueError, UserWarning) as error:
        reason = (isinstance(error, OSError) and error.strerror) or " ".join(str(error).split())
        raise UserError(f"path={path}: cannot be read as a matrix of numbers: {reason}") from None


def _parse(file: Path) -> NDArray[np.float64]:
    if file.suffix == ".npy":
        return np.asarray(np.load(file, allow_pickle=False), dtype=np.float64)
    with file.open() as lines, warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # how loadtxt says that a file is empty
        return np.loadtxt(lines, delimiter=DELIMITERS[file.suffix], ndmin=2)
