"""Sends recorded runs to trackers: metrics, matrices and figures, with the dates and commits of the records."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from sl.errors import UserError
from sl.figures import draw_all
from sl.figures.catalogue import NOT_DRAWN
from sl.record import Run
from sl.tracker import Tracker
from sl.tracker.repeat import own_time, repeat
from sl.tracker.run_name import unique_name
from sl.tracker.values import started


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
    """Send a finished run to one tracker, with the times at which its epochs ended.

    Raises what the tracker raises, and UserError where its server does not answer at the start.
    """
    assert run.end is not None
    with own_time([tracker]) as set_clocks:
        set_clocks(started(run.header))
        try:
            tracker.start(run.header, run.path)
        except ConnectionError as error:
            raise UserError(str(error)) from error
        try:
            repeat(run, run.end.epoch_seconds, tracker, set_clocks)
        except BaseException:
            with suppress(Exception):  # the first error is the one to be told
                tracker.close(False)
            raise
        tracker.close(True)


def replay_figures(runs: Sequence[Run], trackers: Iterable[Tracker]) -> Iterator[str]:
    """Draw the figures of the runs and keep them in every tracker, those of a data set and scale together.

    Yields a line for each set that is kept, and for each figure that damaged files keep from being drawn.
    """
    with TemporaryDirectory() as made:
        out = Path(made)
        yield from (line.removeprefix(f"{out}/") for line in draw_all(list(runs), out) if NOT_DRAWN in line)
        for folder in sorted({path.parent for path in out.rglob("*.png")}):
            images = {path.stem: path for path in sorted(folder.glob("*.png"))}
            name = "-".join(["figures", *folder.relative_to(out).parts])
            for tracker in trackers:
                tracker.pictures(name, images)
            yield f"{name}: {', '.join(images)}"
