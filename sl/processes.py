"""The cores that a process may use, alone or beside others; child processes that end with the one that started them."""

import ctypes
import math
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PR_SET_PDEATHSIG = 1  # linux/prctl.h
COMMAND = "SL_COMMAND_PID"  # environment variable: the process of the command that was typed
QUOTA = Path("/sys/fs/cgroup/cpu.max")  # of a container: microseconds of processor time, and in how many


class _AtWork:  # what this process knows of the command's processes that work at the same time
    count = 1
    number: int | None = None  # of this process among them


def end_with_parent(parent: int) -> None:
    """Have this process terminated (SIGTERM) when `parent`, the process that started it, is no longer there.

    Call it first thing in the child. The kernel watches, so that it works while the child computes and when the parent
    was killed. Linux only: elsewhere this does nothing.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before the call
        os.kill(os.getpid(), signal.SIGTERM)


def cores() -> int:
    """CPU cores that this process may use; in a container no more than its share of processor time fills."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        time, period = map(int, QUOTA.read_text().split())
    except (OSError, ValueError):  # no container, or "max"
        return usable
    return min(usable, math.ceil(time / period))


def begin_worker(number: int, count: int) -> None:
    """This process is that `number`, from 0, of `count` that work at the same time."""
    _AtWork.number, _AtWork.count = number, count


@contextmanager
def as_one_of(count: int) -> Iterator[None]:
    """Inside, this process takes as many cores as one of `count` that work at the same time."""
    before, _AtWork.count = _AtWork.count, count
    try:
        yield
    finally:
        _AtWork.count = before


def at_work() -> int:
    """How many processes of this command work at the same time, this one among them."""
    return _AtWork.count


def worker_number() -> int | None:
    """The number that `begin_worker` gave this process."""
    return _AtWork.number


def begin_command() -> None:
    """Let the processes that this command's launcher starts know that they are not the command (sl/sweep/job.py)."""
    os.environ[COMMAND] = str(os.getpid())
