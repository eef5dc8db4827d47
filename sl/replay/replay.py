"""Sends recorded runs to trackers: metrics, matrices and figures, with the dates and commits of the records."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from sl.errors import UserError, reason
from sl.figures import draw_all
from sl.figures.catalogue import NO_RUN, NOT_DRAWN
from sl.record import Run
from sl.tracker import Tracker
from sl.tracker.repeat import own_time, repeat
from sl.tracker.run_name import unique_name
from sl.tracker.values import started


def replay(runs: Sequence[Run], trackers: Mapping[str, Tracker]) -> Iterator[str]:
    """Send every finished run to each of the `trackers` (by name) that does not hold it yet.

    Yields a line for each run and tracker, and one for each run that is left out: an unfinished one, or one that
    diverged. A tracker knows a run by its identity, so that a second replay adds no second copy.
    """
    if not runs:
        yield NO_RUN
    for number, run in enumerate(runs, start=1):
        place = f"{number} of {len(runs)}: {unique_name(run)}"
        if not run.complete:
            yield f"{place}: left out, it {'diverged' if run.diverged else 'is not finished'}"
            continue
        for name, tracker in trackers.items():
            if known := tracker.holds(run.header):
                yield f"{place}: not sent, {known} holds it"
            else:
                with arriving(name, tracker):
                    send(run, tracker)
                yield f"{place}: sent to {name}"


@contextmanager
def arriving(name: str, tracker: Tracker) -> Iterator[None]:
    """For a block that sends a run or pictures to `tracker`, called `name`: UserError where they do not arrive."""
    try:
        yield
    except ConnectionError as error:
        raise UserError(str(error)) from error
    except OSError as error:
        if error.filename:
            raise
        raise UserError(f"tracker.{name}", rule=f"cannot be written to: {reason(error)}") from error
    if tracker.trouble:
        raise UserError(f"tracker.{name}", rule=f"did not receive everything: {tracker.trouble}")


def send(run: Run, tracker: Tracker) -> None:
    """Send a finished run to one tracker, with the times at which its epochs ended.

    Raises what the tracker raises.
    """
    assert run.end is not None
    with own_time([tracker]) as set_clocks:
        set_clocks(started(run.header))
        tracker.start(run.header, run.path)
        try:
            repeat(run, run.end.epoch_seconds, tracker, set_clocks)
        except BaseException:
            with suppress(Exception):  # the first error is the one that is raised
                tracker.close(False)
            raise
        tracker.close(True)


def replay_figures(runs: Sequence[Run], trackers: Mapping[str, Tracker]) -> Iterator[str]:
    """Draw the figures of the runs and send them to every tracker, those of a data set, scale and recipe together.

    Yields a line for each such group, and first one for each figure that is not drawn.
    """
    with TemporaryDirectory() as made:
        out = Path(made)
        yield from (line.removeprefix(f"{out}/") for line in draw_all(list(runs), out) if NOT_DRAWN in line)
        for folder in sorted({path.parent for path in out.rglob("*.png")}):
            images = {path.stem: path for path in sorted(folder.glob("*.png"))}
            name = figures_name(folder.relative_to(out))
            for called, tracker in trackers.items():
                with arriving(called, tracker):
                    tracker.pictures(name, images)
            yield f"{name}: {', '.join(images)}"


def figures_name(place: Path) -> str:
    """The name under which trackers keep the figures of the folder `place`; no two folders have the same.

    >>> figures_name(Path("mnist/cpu-apl")), figures_name(Path("a-b/c")), figures_name(Path("a/b-c"))
    ('figures-mnist-cpu-apl', 'figures-a--b-c', 'figures-a-b-c')
    """
    *above, last = place.parts
    return "-".join(["figures", *(part.replace("-", "--") for part in above), last])
