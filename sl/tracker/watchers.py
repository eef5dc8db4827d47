"""All sinks of a run: where one fails, the training and the other sinks continue."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from sl.errors import UserError
from sl.record.run import Run
from sl.record.schema import Epoch, Header, Probe
from sl.say import warn
from sl.tracker.base import Sink, Tracker
from sl.tracker.values import ends


class Watchers:
    """Passes everything on to all `sinks`; one that fails is named once on stderr and gets no more of the run."""

    def __init__(self, sinks: Mapping[str, Sink]) -> None:
        self._sinks = dict(sinks)

    def start(self, header: Header, path: Path, resumed: int) -> None:
        """The run begins; a UserError, such as a missing login, ends it before the first step."""
        self._tell(lambda sink: sink.start(header, path, resumed))

    def repeat(self, run: Run, epoch_seconds: Sequence[float]) -> None:
        """Repeat what the record holds; trackers log it at the times at which the epochs ended."""
        trackers = [sink for sink in self._sinks.values() if isinstance(sink, Tracker)]
        clocks = [tracker.clock for tracker in trackers]
        for line, moment in zip(run.epochs, ends(run.header, epoch_seconds), strict=True):
            for tracker in trackers:
                tracker.clock = partial(float, moment)
            self.epoch(line)
            for probe in run.probes_of(line.epoch):
                self.probe(probe)
        for tracker, clock in zip(trackers, clocks, strict=True):
            tracker.clock = clock

    def epoch(self, line: Epoch) -> None:
        """An epoch is over."""
        self._tell(lambda sink: sink.epoch(line))

    def probe(self, line: Probe) -> None:
        """A probe of the run."""
        self._tell(lambda sink: sink.probe(line))

    def close(self, finished: bool) -> None:
        """The run is over."""
        self._tell(lambda sink: sink.close(finished))

    def _tell(self, act: Callable[[Sink], None]) -> None:
        for name, sink in tuple(self._sinks.items()):
            try:
                act(sink)
            except UserError:
                raise
            except Exception as error:
                del self._sinks[name]
                warn(f"{name} failed and gets no more of this run; training continues: {error!r}")
