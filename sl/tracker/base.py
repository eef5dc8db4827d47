"""What wants to be told of a run as it goes, beside the record: the console, W&B."""

from pathlib import Path
from typing import Protocol

from sl.record.schema import Epoch, Header, Probe


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


class NoTracker:
    """The tracker that tracks nothing: the record is enough."""

    def start(self, header: Header, path: Path, resumed: int = 0) -> None:
        """Nothing to do."""

    def epoch(self, line: Epoch) -> None:
        """Nothing to do."""

    def probe(self, line: Probe) -> None:
        """Nothing to do."""

    def close(self, finished: bool) -> None:
        """Nothing to do."""
