"""Signals that ask a program to stop, and functions that handle them for a time."""

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType
from typing import Any

from sl.say import warn

INTERRUPTED = 128 + signal.SIGINT  # the exit code
STOP_SIGNALS = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")  # what schedulers send before they take a machine away

Handler = Callable[[int, FrameType | None], None]


def set_handlers(names: Sequence[str], handler: Handler) -> dict[signal.Signals, Any]:
    """Let `handler` handle the signals called `names`; returns their previous handlers, for `restore_handlers`.

    Signals that the parent has set to be ignored (nohup), and those that the system lacks, are left out. Outside the
    main thread nothing changes, because Python lets only the main thread handle signals.
    """
    if threading.current_thread() is not threading.main_thread():
        return {}
    known: list[signal.Signals] = [getattr(signal, name) for name in names if hasattr(signal, name)]
    heard = [number for number in known if signal.getsignal(number) != signal.SIG_IGN]
    return {number: signal.signal(number, handler) for number in heard}


def restore_handlers(before: Mapping[signal.Signals, Any]) -> None:
    """Restore the handlers `before`, which `set_handlers` returned."""
    for number, handler in before.items():
        signal.signal(number, handler)


def ignore_interrupts() -> None:
    """Ignore Ctrl-C in a process that is ending: it would print a traceback and change the exit code."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextlib.contextmanager
def until_interrupted() -> Iterator[None]:
    """Run a command inside the block: Ctrl-C ends it with one line and the exit code that a shell gives, 130."""
    try:
        yield
    except KeyboardInterrupt:
        ignore_interrupts()
        warn("stopped")
        sys.exit(INTERRUPTED)
