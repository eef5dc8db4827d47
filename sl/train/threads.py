"""The number of CPU threads of a run."""

import os

import torch

from sl.options.runtime import MOST_THREADS, RuntimeConfig
from sl.processes import at_work, cores

SMALL_STEP = 2**16  # pixels in a batch: 128 images have 2^13 in digits, 10^5 in MNIST and 2^17 in CIFAR


def asked_threads(config: RuntimeConfig) -> int | None:
    """`runtime.threads`, else `threads_of_environment`; None where neither names a number."""
    return threads_of_environment() if config.threads is None else config.threads


def threads_of_environment() -> int | None:
    """The first entry of OMP_NUM_THREADS, which may be a list such as ``4,2``; None if that is no valid number.

    If several processes train at once, it is at most this process's share of the cores.
    """
    first = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    if not first.isdecimal() or not 0 < int(first) <= MOST_THREADS:
        return None
    return int(first) if at_work() == 1 else min(int(first), share(cores()))


def share(number: int) -> int:
    """This process's share, at least one, of `number` cores among the processes that work at the same time."""
    return max(1, number // at_work())


def threads_that_pay(image_shape: tuple[int, int, int], batch_size: int) -> int:
    """One thread if a step is small, else this process's share of the physical cores that it may use.

    A second thread on the same core brings no speed. A step on digits takes a few milliseconds: threads that wait for
    each other cost more than they bring, and many times more on cores that others use too.
    """
    _, height, width = image_shape
    physical = torch.cpu.get_capabilities().get("num_physical_cores") or cores()
    return 1 if batch_size * height * width < SMALL_STEP else share(min(cores(), physical))
