"""The real data sets, for the tests of noise."""

from pathlib import Path

import pytest

from sl.data import Cifar10, Cifar100, Dataset


@pytest.fixture(scope="session")
def cifar10(data_dir: Path) -> Dataset:
    return Cifar10(data_dir, download=False).load()


@pytest.fixture(scope="session")
def cifar100(data_dir: Path) -> Dataset:
    return Cifar100(data_dir, download=False).load()
