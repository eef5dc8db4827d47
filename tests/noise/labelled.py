"""Labelled data for the tests of noise: a stand-in of any labels."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass
class Labelled:
    """The part of a data set that noise looks at."""

    name: str
    num_classes: int
    train_labels: Tensor
    train_index: Tensor
    labels_given: bool = False

    @property
    def class_names(self) -> tuple[str, ...]:
        return tuple(f"class{label}" for label in range(self.num_classes))


def balanced(name: str = "cifar10", num_classes: int = 10, per_class: int = 100) -> Labelled:
    """A data set with equally many examples of each class, in mixed order."""
    count = num_classes * per_class
    return Labelled(name, num_classes, torch.arange(count) % num_classes, torch.arange(count))
