"""Labelled data for the tests of noise: a stand-in of any labels, and the real sets."""

import pickle
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from sl.data import Cifar10, Cifar100, Dataset


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


@pytest.fixture
def balanced() -> Callable[..., Labelled]:
    """Builds a data set with equally many examples of each class, in mixed order."""

    def build(name: str = "cifar10", num_classes: int = 10, per_class: int = 100) -> Labelled:
        count = num_classes * per_class
        return Labelled(name, num_classes, torch.arange(count) % num_classes, torch.arange(count))

    return build


@pytest.fixture(scope="session")
def cifar10(data_dir: Path) -> Dataset:
    return Cifar10(data_dir, download=False).load()


@pytest.fixture(scope="session")
def cifar100(data_dir: Path) -> Dataset:
    return Cifar100(data_dir, download=False).load()


@pytest.fixture(scope="session")
def unpickled() -> Callable[[Path], dict[str, Any]]:
    """Reads one of the real CIFAR files, without torchvision's or this project's reader."""

    def read(path: Path) -> dict[str, Any]:
        with warnings.catch_warnings():
            # numpy 2.4.0 to 2.4.4 warn of pickles as old as these (numpy/numpy#31177).
            warnings.filterwarnings("ignore", r"dtype\(\): align should be passed")
            return pickle.loads(path.read_bytes(), encoding="latin1")

    return read
