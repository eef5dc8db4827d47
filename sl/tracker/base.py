"""The interface of everything that follows a run beside its record: the console, and trackers such as W&B."""

import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from sl.errors import UserError
from sl.extras import install
from sl.record.schema import Epoch, Header, Probe

Pictures = dict[str, Path]


def needs(package: str, extra: str) -> None:
    """Raise UserError with the command to install `package`, which an extra of this one brings, if it is missing."""
    if find_spec(package) is None:
        raise UserError(f"{package} is not installed: {install([extra])}")


class Sink(Protocol):
    """Told of one run, in order: start, epochs and probes as they come, close; each as the record has it.

    When an interrupted run resumes, `start` gets `resumed` (epochs already done), and the lines of those epochs are
    told again before new ones come.
    """

    def start(self, header: Header, path: Path, resumed: int = 0) -> None:
        """The run begins; its record lies at `path`."""

    def epoch(self, line: Epoch) -> None:
        """An epoch is over."""

    def probe(self, line: Probe) -> None:
        """The run was looked at more closely, at its early, middle or late stage."""

    def close(self, finished: bool) -> None:
        """The run is over; called once, with `finished` false after an exception."""


class Tracker(Sink, Protocol):
    """A sink of runs that can also be told recorded ones again: sl track.

    `clock` gives the time in seconds since 1970, which a replay sets to what the record says. `start` puts what comes
    in the place of an earlier telling of the same identity, so that telling a run twice leaves it there once.
    """

    clock: Callable[[], float] = staticmethod(time.time)

    def holds(self, header: Header) -> str:
        """Where the whole run is kept already and need not be told again; empty where it is not."""
        return ""

    def pictures(self, name: str, images: Pictures) -> None:
        """Keep figures of many runs, PNG files by title, together under `name`."""
