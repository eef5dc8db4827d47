"""The cores that a process may use, alone or beside others, and child processes that end with their parent."""

import ctypes
import math
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PR_SET_PDEATHSIG = 1  # linux/prctl.h
QUOTA = Path("/sys/fs/cgroup/cpu.max")  # of a container: its CPU time per period, and the period, in microseconds


class _AtWork:  # the processes of the command that work at the same time
    count = 1
    number: int | None = None  # the number of this process among them


def end_with_parent(parent: int) -> None:
    """Make the kernel terminate this process (SIGTERM) when `parent`, the process that started it, has ended.

    Call it first in the child. It works while the child computes, and also if the parent was killed. Linux only:
    elsewhere it does nothing.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # the parent ended before the call
        os.kill(os.getpid(), signal.SIGTERM)


def cores() -> int:
    """The number of CPU cores that this process may use; in a container at most its CPU quota, rounded up."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        time, period = map(int, QUOTA.read_text().split())
    except (OSError, ValueError):  # no container, or "max"
        return usable
    return min(usable, math.ceil(time / period))


def begin_worker(number: int, count: int) -> None:
    """Record that this process is number `number`, from 0, of `count` that work at the same time."""
    _AtWork.number, _AtWork.count = number, count


@contextmanager
def as_one_of(count: int) -> Iterator[None]:
    """Inside the block, this process counts itself as one of `count` at work, and so uses its share of the cores."""
    before, _AtWork.count = _AtWork.count, count
    try:
        yield
    finally:
        _AtWork.count = before


def at_work() -> int:
    """The number of processes of this command that work at the same time, including this one."""
    return _AtWork.count


def worker_number() -> int | None:
    """The number that `begin_worker` gave this process; None if it is no worker."""
    return _AtWork.number
