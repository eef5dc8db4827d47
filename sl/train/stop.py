"""Stops a training on a signal: it finishes its step, saves its state and exits with 128 + the signal's number.

Under SLURM, submitit has its own handlers: on the signal before a time limit or a pre-emption (SIGUSR2) they queue the
job again and exit at once, in the middle of a step. Here such a handler gets the signal after the state is saved.
"""

import signal
from types import FrameType
from typing import Any

from sl.errors import UserError
from sl.signals import STOP_SIGNALS, restore_handlers, set_handlers


class Stopped(SystemExit):
    """Raised when a run stops because of a signal; the exit code is 128 + the signal's number."""


class StopRequest:
    """Inside its block, a signal sets `signal` instead of ending the process; a second SIGINT stops at once.

    `sl.signals.set_handlers` says when it has no effect.
    """

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> "StopRequest":
        self._before = set_handlers((*STOP_SIGNALS, "SIGINT"), self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        restore_handlers(self._before)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.signal == number == signal.SIGINT:
            raise KeyboardInterrupt
        self.signal = signal.Signals(number)

    def check(self) -> None:
        """Raise Stopped if a signal has come."""
        if self.signal is not None:
            raise Stopped(128 + self.signal)

    def hand_over(self) -> None:
        """After the block: give the signal to the previous handler, unless that only ends the process.

        Raises UserError if that handler fails, as submitit's does when a job has met its time limit too often.
        """
        if self.signal in (None, signal.SIGINT) or not callable(self._before.get(self.signal)):
            return
        try:
            signal.raise_signal(self.signal)
        except Exception as error:
            raise UserError(f"stopped by {self.signal.name}: {error} The same command resumes the run") from error
