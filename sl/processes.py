"""The cores that a process may use, and child processes that end with the one that started them, however that ends."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h
COMMAND = "SL_COMMAND_PID"  # environment variable: the process of the command that was typed


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
    """CPU cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def begin_command() -> None:
    """Let the processes that this command's launcher starts know that they are not the command (sl/sweep/job.py)."""
    os.environ[COMMAND] = str(os.getpid())
