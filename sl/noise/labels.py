"""The input and the output of label noise."""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from sl.files import short_digest


class LabelledData(Protocol):
    """The properties of a data set that noise reads; `sl.data.Dataset` has them."""

    @property
    def name(self) -> str:
        """The data set's name, such as ``cifar10``."""

    @property
    def num_classes(self) -> int:
        """K, the number of classes."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of the K classes, in the order of their numbers."""

    @property
    def train_labels(self) -> Tensor:
        """(N,) int64: clean labels, or the labels as given if `labels_given`."""

    @property
    def train_index(self) -> Tensor:
        """(N,) int64, each row's position in the source's full training set."""

    @property
    def labels_given(self) -> bool:
        """Whether it is unknown which labels are right."""


@dataclass(frozen=True, eq=False)
class NoisyLabels:
    """Training labels after noise (`labels`) and before it (`clean`), and the noise's transition matrix.

    A label that differs from the one before noise counts as wrong. Where no noise is added to labels as given, nobody
    knows which are wrong: `truth_known` is then false, and `clean` repeats `labels`.
    """

    labels: Tensor  # (N,) int64
    clean: Tensor  # (N,) int64
    transition: Tensor  # (K, K) float64
    truth_known: bool = True

    @property
    def realised_rate(self) -> float | None:
        """The share of labels that are wrong; None where that is unknown."""
        if not self.truth_known:
            return None
        return (self.labels != self.clean).double().mean().item()

    @property
    def fingerprint(self) -> str:
        """The first 16 hexadecimal digits of the sha256 of the noisy labels as little-endian int64."""
        return short_digest(self.labels.cpu().numpy().astype("<i8").tobytes())
