"""What is timed: a network on the images that it is for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import torch

from sl.config.compose import compose_run
from sl.data import Dataset
from sl.errors import UserError
from sl.train.describe import describe_run
from sl.train.prepare import Job, make_job, prepare

COMMON = ("noise=symmetric", "loss=sl")


@dataclass(frozen=True)
class Case:
    """A network and its data set; `shape` (C, H, W), `train` and `test` describe the images where they are missing."""

    name: str
    overrides: tuple[str, ...]
    shape: tuple[int, int, int]
    train: int
    test: int


CASES = {
    "cnn8": Case("cnn8 on CIFAR-10", ("dataset=cifar10", "dataset.download=false"), (3, 32, 32), 50_000, 10_000),
    "cnn4": Case("cnn4 on MNIST", ("dataset=mnist", "dataset.download=false"), (1, 28, 28), 60_000, 10_000),
    "digits": Case("cnn4 on digits", ("dataset=digits", "recipe.flip=true", "recipe.shift=0.2"), (1, 8, 8), 1_437, 360),
}


def case_job(case: Case, overrides: Sequence[str]) -> tuple[Job, bool]:
    """The case's run, and whether its images are real: random bytes of the same shape stand in for missing ones."""
    config, names = compose_run([*case.overrides, *COMMON, *overrides])
    try:
        return prepare(config, names), True
    except UserError:
        return make_job(describe_run(config, names), config, random_images(names["dataset"], case)), False


@cache
def random_images(name: str, case: Case) -> Dataset:
    """Random bytes and labels of 10 classes in the shape of the case's data set."""
    generator = torch.Generator().manual_seed(0)

    def images(count: int) -> torch.Tensor:
        return torch.randint(0, 256, (count, *case.shape), dtype=torch.uint8, generator=generator)

    return Dataset(
        name=name,
        train_images=images(case.train),
        train_labels=torch.arange(case.train) % 10,
        test_images=images(case.test),
        test_labels=torch.arange(case.test) % 10,
        class_names=tuple("0123456789"),
        train_index=torch.arange(case.train),
    )
