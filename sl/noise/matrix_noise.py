"""Noise from a transition matrix of the user's own."""

from pathlib import Path

from torch import Tensor

from sl.noise.labels import LabelledData
from sl.noise.matrix_file import read_matrix
from sl.noise.transition_noise import TransitionNoise


class Matrix(TransitionNoise):
    """T[i, j] = P(noisy = j | clean = i) from a file (`sl.noise.matrix_file`).

    Rows and columns are in the order of the data set's class numbers, unless the file names the classes. Raises
    UserError when built if the file cannot be read or holds no transition matrix.
    """

    def __init__(self, path: str | Path, exact: bool = True) -> None:
        super().__init__(exact)
        self.path = path
        self._file = read_matrix(path, "noise.path")

    def transition(self, dataset: LabelledData) -> Tensor:
        """T (K, K) float64; raises UserError if the data set has another number of classes, or other class names."""
        return self._file.for_classes(dataset.class_names, "noise.path", dataset.name)
