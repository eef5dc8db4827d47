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
    """Inside its block, a signal is kept in `signals` instead of ending the process; a second SIGINT stops at once.

    From `check` on, which raises Stopped, no signal has an effect: the state is saved. `sl.signals.set_handlers` says
    when the block has no effect.
    """

    def __init__(self) -> None:
        self.signals: list[signal.Signals] = []  # those that came, in that order, each once
        self._stopping = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> "StopRequest":
        self._before = set_handlers((*STOP_SIGNALS, "SIGINT"), self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        restore_handlers(self._before)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if number not in self.signals:
            self.signals.append(signal.Signals(number))
        elif number == signal.SIGINT and not self._stopping:
            raise KeyboardInterrupt

    def check(self) -> None:
        """Raise Stopped if a signal has come."""
        if self.signals:
            self._stopping = True
            raise Stopped(128 + self.signals[0])

    def hand_over(self) -> None:
        """After the block: give each signal to its previous handler, unless that only ends the process.

        Raises UserError if a handler fails, as submitit's does when a job has met its time limit too often.
        """
        for each in self.signals:
            if each == signal.SIGINT or not callable(self._before.get(each)):
                continue
            try:
                signal.raise_signal(each)
            except Exception as error:
                raise UserError(f"stopped by {each.name}: {error} The same command resumes the run") from error
