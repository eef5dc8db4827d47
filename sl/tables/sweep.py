"""The table of a sweep: per point the number of runs, the mean with interval, and the difference to the reference."""

from collections.abc import Iterator
from typing import Any

from sl.comparison.pairs import refusals
from sl.comparison.sweeps import Sweep
from sl.numbers import fixed, plural, with_interval
from sl.stats import FEWEST, SIGNIFICANT
from sl.tables.formats import comma_separated, plain, table
from sl.tables.layout import NOTHING
from sl.tables.paired import MARK, correction_note, mark

REFERENCE = "reference"
CLEAN_LABELS = "Test labels are clean here: do not choose parameters by this table."
OWN_LABELS = "The test labels may be as noisy as the training labels: do not choose parameters by this table."


def rows(sweep: Sweep) -> tuple[list[str], list[list[str]]]:
    """The header and the rows of the table; every cell is text."""
    head = [*map(_short, sweep.varied), "n", "test accuracy (%)", "95 % interval", "minus the reference"]
    lines = []
    for point, reference, (difference, p) in zip(sweep.points, sweep.references, sweep.differences, strict=True):
        own = point.accuracy
        interval = "{:.2f} to {:.2f}".format(*own.interval) if own.interval else NOTHING
        other = with_interval(difference.mean, difference.interval) if difference.n else NOTHING
        last = REFERENCE if point is reference else other + mark(p)
        lines.append([*map(_plain, point.values.values()), str(own.n), fixed(own.mean, 2), interval, last])
    return head, lines


def notes(sweep: Sweep) -> list[str]:
    """Notes below the table: what it shows, the reference, the mark, a warning, diverged runs and refused pairs."""
    seeds = sorted({run.seed for point in sweep.points for run in point.series.runs})
    tests = sum(difference.tested for difference, _ in sweep.differences)
    corrected = correction_note(tests, "of this table")
    meaning = f"{MARK.strip()}: p < {SIGNIFICANT}, with {FEWEST} seeds at least{corrected}. "
    lines = [
        f"{sweep.title}. Test accuracy after the last epoch: mean over n seeds ({', '.join(map(str, seeds))}) with "
        f"Student's t interval. {_references(sweep)} the point closest to the values in configs/ for loss and recipe; "
        "differences are paired by seed.",
        (meaning if tests else "") + (OWN_LABELS if sweep.head.labels_given else CLEAN_LABELS),
        _diverged(sweep),
        refusals(sweep.refused),
    ]
    return [line for line in lines if line]


def text(sweep: Sweep) -> Iterator[str]:
    """The lines of the table and its notes for a terminal."""
    yield from plain(*rows(sweep))
    yield from notes(sweep)


def markdown(sweep: Sweep) -> str:
    """The table as Markdown, with its title above and its notes below."""
    title = f"### {', '.join(map(_short, sweep.varied))} varied, {sweep.head.name('loss')}"
    return f"{title}\n\n{table(*rows(sweep))}\n\n" + "".join(f"- {note}\n" for note in notes(sweep))


def comma(sweep: Sweep) -> str:
    """The table as CSV with unrounded numbers; the parameters of the loss that do not vary have columns too."""
    head = [
        *sweep.varied,
        *(f"loss.{key}" for key in sweep.fixed),
        "n",
        "seeds",
        "mean",
        "low",
        "high",
        "difference",
        "p_adjusted",
    ]
    return comma_separated(head, _numbers(sweep))


def _numbers(sweep: Sweep) -> Iterator[list[Any]]:
    for point, (difference, p) in zip(sweep.points, sweep.differences, strict=True):
        own = point.accuracy
        low, high = own.interval or (None, None)
        seeds = " ".join(map(str, point.series.seeds))
        values = [*point.values.values(), *sweep.fixed.values()]
        yield [*values, own.n, seeds, own.mean, low, high, difference.mean if difference.n else None, p]


def _references(sweep: Sweep) -> str:
    several = len(set(map(id, sweep.references))) > 1
    return "Each noise has its own reference, which is" if several else "The reference is"


def _diverged(sweep: Sweep) -> str:
    """How many runs diverged, and with which options; empty if none did."""
    told = [
        f"{', '.join(f'{_short(key)} {_plain(value)}' for key, value in values.items())}: {plural(count, 'run')}"
        for values, count in sweep.diverged
    ]
    return f"Diverged, in no mean: {'; '.join(told)}." if told else ""


def _short(option: str) -> str:
    return option.removeprefix("loss.")


def _plain(value: Any) -> str:
    return NOTHING if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
