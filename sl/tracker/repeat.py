"""Sends past epochs to a sink again, with the times at which they ended."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from sl.record.run import Run
from sl.tracker.base import Sink, Tracker
from sl.tracker.values import epoch_ends

SetClocks = Callable[[float], None]  # to a moment in seconds since 1970


@contextmanager
def own_time(trackers: Iterable[Tracker]) -> Iterator[SetClocks]:
    """Yield a function that sets the clocks of all `trackers`; after the block the clocks are as before."""
    before = [(tracker, tracker.clock) for tracker in trackers]

    def set_clocks(moment: float) -> None:
        for tracker, _ in before:
            tracker.clock = partial(float, moment)

    try:
        yield set_clocks
    finally:
        for tracker, clock in before:
            tracker.clock = clock


def repeat(run: Run, epoch_seconds: Sequence[float], sink: Sink, set_clocks: SetClocks) -> None:
    """Send `sink` every epoch and probe of `run`, with the clocks set to the end of its epoch."""
    for line, moment in zip(run.epochs, epoch_ends(run.header, epoch_seconds), strict=True):
        set_clocks(moment)
        sink.epoch(line)
        for probe in run.probes_of(line.epoch):
            sink.probe(probe)
