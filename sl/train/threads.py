"""How many threads a run gets."""

import os

import torch

from sl.options.runtime import MOST_THREADS, RuntimeConfig
from sl.processes import at_work, cores

SMALL_STEP = 2**16  # pixels in a batch: 128 digits have 2^13, 128 images of MNIST 10^5, of CIFAR 2^17


def asked_threads(config: RuntimeConfig) -> int | None:
    """`runtime.threads`, else `threads_of_environment`; None where neither names a number."""
    return threads_of_environment() if config.threads is None else config.threads


def threads_of_environment() -> int | None:
    """What OMP_NUM_THREADS says first, as in ``4,2``; None where it names no number.

    Of several processes that train at once each gets no more than its share of the cores.
    """
    first = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    if not first.isdecimal() or not 0 < int(first) <= MOST_THREADS:
        return None
    return int(first) if at_work() == 1 else min(int(first), share(cores()))


def share(number: int) -> int:
    """How many of so many cores this process keeps busy beside those that work at the same time; one at least."""
    return max(1, number // at_work())


def threads_that_pay(image_shape: tuple[int, int, int], batch_size: int) -> int:
    """One thread where a step is small, else one per core; a second thread on the same core brings no speed.

    Processes that train at once share out the cores.
    A step on digits takes a few milliseconds: threads that wait for each other cost more than they bring, and many
    times more on cores that others use too.
    """
    _, height, width = image_shape
    physical = torch.cpu.get_capabilities().get("num_physical_cores") or cores()
    return 1 if batch_size * height * width < SMALL_STEP else share(min(cores(), physical))
