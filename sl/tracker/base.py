"""The interface of sinks, which follow a run beside its record: the console, and trackers such as W&B."""

import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, runtime_checkable

from sl.errors import UserError
from sl.extras import install
from sl.record.schema import Epoch, Header, Probe

Pictures = dict[str, Path]


def needs(package: str, extra: str) -> None:
    """Raise UserError if `package` is not installed; the error names the command to install it with `extra`."""
    if find_spec(package) is None:
        raise UserError(f"{package} is not installed: {install([extra])}")


class Sink(Protocol):
    """Receives one run: `start`, then `epoch` and `probe` with each line of the record, then `close`.

    When an interrupted run resumes, `start` gets the number `resumed` of epochs already done, and the lines of those
    epochs are repeated before new ones follow.
    """

    def start(self, header: Header, path: Path, resumed: int = 0) -> None:
        """The run begins; its record lies at `path`.

        If this raises UserError, the run ends before its first step. After any other error, such as a ConnectionError
        for a server that does not answer, the run continues without this sink.
        """

    def epoch(self, line: Epoch) -> None:
        """An epoch has ended; `line` is its line of the record."""

    def probe(self, line: Probe) -> None:
        """The run was probed at its early, middle or late stage; `line` is the probe's line of the record."""

    def close(self, finished: bool) -> None:
        """The run has ended; called once if `start` has returned. `finished` is false after an exception."""


@runtime_checkable
class Tracker(Sink, Protocol):
    """A sink to which `sl track` can also send recorded runs.

    `clock` returns the time in seconds since 1970; for repeated epochs it returns the time at which the epoch ended.
    `start` replaces what an earlier run of the same identity logged, so that a run logged twice exists once.
    `trouble` says why the tracker gave up the last run or pictures, if it did so without raising an error.
    """

    clock: Callable[[], float] = staticmethod(time.time)
    trouble: str = ""

    def holds(self, header: Header) -> str:
        """Where the tracker already keeps the whole run, which need not be logged again; empty if it does not."""
        return ""

    def pictures(self, name: str, images: Pictures) -> None:
        """Keep figures of many runs, PNG files by title, together under `name`."""
