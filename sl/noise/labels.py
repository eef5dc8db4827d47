"""What label noise takes and gives."""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from sl.files import short_digest


class LabelledData(Protocol):
    """What noise needs to know of a data set; `sl.data.Dataset` has it."""

    @property
    def name(self) -> str:
        """The data set's name, such as ``cifar10``."""

    @property
    def num_classes(self) -> int:
        """K, the number of classes."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """(K,), in order."""

    @property
    def train_labels(self) -> Tensor:
        """(N,) int64, clean, or as given."""

    @property
    def train_index(self) -> Tensor:
        """(N,) int64, each row's position in the source's full training set."""

    @property
    def labels_given(self) -> bool:
        """Whether it is unknown which labels are right."""


@dataclass(frozen=True, eq=False)
class NoisyLabels:
    """Training labels after noise, those before it beside them, and the noise's transition matrix.

    Labels before noise are the reference: what differs from them counts as wrong. Without noise on labels as given
    there is none (`truth_known` is false): `clean` then only repeats `labels`.
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
