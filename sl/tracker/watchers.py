"""All sinks of a run: if one fails, the training and the other sinks continue."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sl.errors import UserError
from sl.record.run import Run
from sl.record.schema import Epoch, Header, Probe
from sl.say import warn
from sl.tracker.base import Sink, Tracker
from sl.tracker.repeat import own_time, repeat


class Watchers:
    """Calls all `sinks` of a run, by name. A sink that fails is named once on stderr and not called again."""

    def __init__(self, sinks: Mapping[str, Sink]) -> None:
        self._sinks = dict(sinks)
        self._started: dict[str, Sink] = {}

    def start(self, header: Header, path: Path, resumed: int = 0) -> None:
        """Start all sinks; a UserError, such as a missing login, is raised and ends the run before its first step."""
        for name, sink in self._sinks.items():
            try:
                sink.start(header, path, resumed)
                self._started[name] = sink
            except UserError:
                raise
            except Exception as error:
                _give_up(name, error)

    def repeat(self, run: Run, epoch_seconds: Sequence[float]) -> None:
        """Send the epochs and probes of the record again; trackers log them at the times at which the epochs ended."""
        with own_time(sink for sink in self._started.values() if isinstance(sink, Tracker)) as set_clocks:
            repeat(run, epoch_seconds, self, set_clocks)

    def epoch(self, line: Epoch) -> None:
        """Send the line of an epoch to all sinks."""
        self._tell(lambda sink: sink.epoch(line))

    def probe(self, line: Probe) -> None:
        """Send the line of a probe to all sinks."""
        self._tell(lambda sink: sink.probe(line))

    def close(self, finished: bool) -> None:
        """End the run, `finished` or stopped, for all sinks that were started."""
        self._tell(lambda sink: sink.close(finished))

    def _tell(self, act: Callable[[Sink], None]) -> None:
        for name, sink in tuple(self._started.items()):
            try:
                act(sink)
            except Exception as error:
                del self._started[name]
                _give_up(name, error)


def _give_up(name: str, error: Exception) -> None:
    warn(f"{name} failed and stops logging this run; training continues: {error!r}")
