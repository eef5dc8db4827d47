"""Sends recorded runs to trackers: metrics, matrices and figures, with the dates and commits of the records."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from sl.figures import draw_all
from sl.record import Run
from sl.tracker import Tracker
from sl.tracker.run_so_far import unique_name
from sl.tracker.values import ends, started


def replay(runs: Sequence[Run], trackers: Mapping[str, Tracker]) -> Iterator[str]:
    """Send every finished run to each of the `trackers`, by name, that does not hold it yet; yields a line for each.

    A tracker knows a run by its identity, so that a second replay leaves it there once. The runs that are not finished
    are named.
    """
    for number, run in enumerate(runs, start=1):
        place = f"{number} of {len(runs)}: {unique_name(run)}"
        if not run.complete:
            yield f"{place}: left out, it is not finished"
            continue
        for name, tracker in trackers.items():
            if known := tracker.holds(run.header):
                yield f"{place}: not sent, {known} holds it"
            else:
                send(run, tracker)
                yield f"{place}: sent to {name}"


def send(run: Run, tracker: Tracker) -> None:
    """Send a finished run to one tracker, with the times at which its epochs ended."""
    now, clock = started(run.header), tracker.clock
    tracker.clock = lambda: now
    tracker.start(run.header, run.path)
    assert run.end is not None
    for line, moment in zip(run.epochs, ends(run.header, run.end.epoch_seconds), strict=True):
        now = moment
        tracker.epoch(line)
        for probe in run.probes_of(line.epoch):
            tracker.probe(probe)
    tracker.close(True)
    tracker.clock = clock


def replay_figures(runs: Sequence[Run], trackers: Iterable[Tracker]) -> Iterator[str]:
    """Draw the figures of the runs and keep them in every tracker, those of a data set and scale together."""
    with TemporaryDirectory() as made:
        out = Path(made)
        for _ in draw_all(list(runs), out):
            pass
        for folder in sorted({path.parent for path in out.rglob("*.png")}):
            images = {path.stem: path for path in sorted(folder.glob("*.png"))}
            name = "-".join(["figures", *folder.relative_to(out).parts])
            for tracker in trackers:
                tracker.pictures(name, images)
            yield f"{name}: {', '.join(images)}"
