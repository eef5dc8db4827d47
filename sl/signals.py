"""Signals that ask a program to stop, and who handles them for a while."""

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType
from typing import Any

from sl.say import warn

INTERRUPTED = 128 + signal.SIGINT  # the exit code
BEFORE_A_KILL = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")  # what schedulers send before they take a machine away

Handler = Callable[[int, FrameType | None], None]


def take(names: Sequence[str], handler: Handler) -> dict[signal.Signals, Any]:
    """Let `handler` have the signals called `names`; the handlers before it, for `give_back`.

    Python lets only the main thread handle signals: elsewhere, for signals that the parent has set to be ignored
    (nohup), and for those that the system lacks, nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        return {}
    known: list[signal.Signals] = [getattr(signal, name) for name in names if hasattr(signal, name)]
    heard = [number for number in known if signal.getsignal(number) != signal.SIG_IGN]
    return {number: signal.signal(number, handler) for number in heard}


def give_back(before: Mapping[signal.Signals, Any]) -> None:
    """Let the handlers that `take` returned have their signals again."""
    for number, handler in before.items():
        signal.signal(number, handler)


def ignore_interrupts() -> None:
    """For a process that is ending: one more Ctrl-C would be a traceback of Python's own end, and another exit code."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextlib.contextmanager
def until_interrupted() -> Iterator[None]:
    """For the block that is a command: Ctrl-C ends it with one line and the exit code of a shell."""
    try:
        yield
    except KeyboardInterrupt:
        ignore_interrupts()
        warn("stopped")
        sys.exit(INTERRUPTED)
