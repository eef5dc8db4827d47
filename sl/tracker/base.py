"""What wants to be told of a run as it goes: the record, the console, W&B."""

from typing import Any, Protocol


class Sink(Protocol):
    """Told of one run, in order: start, epochs and probes as they come, close.

    The lines are those of the run record. When an interrupted run goes on, `start` gets `resumed` (epochs already
    done) in its header, and the lines of those epochs are told again before new ones come.
    """

    def start(self, header: dict[str, Any]) -> None:
        """The run begins; `header` is the record's first line."""

    def epoch(self, line: dict[str, Any]) -> None:
        """An epoch is over."""

    def probe(self, line: dict[str, Any]) -> None:
        """The run was looked at more closely, at its early, middle or late stage."""

    def close(self, finished: bool) -> None:
        """The run is over; called once, with `finished` false after an exception."""


class NoTracker:
    """The tracker that tracks nothing: the record is enough."""

    def start(self, header: dict[str, Any]) -> None:
        """Nothing to do."""

    def epoch(self, line: dict[str, Any]) -> None:
        """Nothing to do."""

    def probe(self, line: dict[str, Any]) -> None:
        """Nothing to do."""

    def close(self, finished: bool) -> None:
        """Nothing to do."""
