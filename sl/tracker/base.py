"""The interface of everything that follows a run beside its record: the console, and trackers such as W&B."""

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
    """Raise UserError with the command to install `package`, which an extra of this one brings, if it is missing."""
    if find_spec(package) is None:
        raise UserError(f"{package} is not installed: {install([extra])}")


class Sink(Protocol):
    """Receives one run in order: start, epochs and probes as they come, close; each as the record has it.

    When an interrupted run resumes, `start` gets `resumed` (epochs already done), and the lines of those epochs are
    repeated before new ones come.
    """

    def start(self, header: Header, path: Path, resumed: int = 0) -> None:
        """The run begins; its record lies at `path`.

        A UserError ends the run before its first step; after any other error, such as a ConnectionError where a server
        does not answer, it goes on without this sink.
        """

    def epoch(self, line: Epoch) -> None:
        """An epoch is over."""

    def probe(self, line: Probe) -> None:
        """A probe of the run, at its early, middle or late stage."""

    def close(self, finished: bool) -> None:
        """The run is over; called once if `start` has returned, with `finished` false after an exception."""


@runtime_checkable
class Tracker(Sink, Protocol):
    """A sink that also takes recorded runs: sl track.

    `clock` gives the time in seconds since 1970; a replay, and a run that resumes, set it to when an epoch ended.
    `start` replaces what an earlier run of the same identity logged, so that a run logged twice is there once.
    `trouble` says why a tracker gave the last run or pictures up, if it did so without an error.
    """

    clock: Callable[[], float] = staticmethod(time.time)
    trouble: str = ""

    def holds(self, header: Header) -> str:
        """Where the whole run is kept already and need not be logged again; empty where it is not."""
        return ""

    def pictures(self, name: str, images: Pictures) -> None:
        """Keep figures of many runs, PNG files by title, together under `name`."""
