"""The tables that are printed at the end of a sweep: its points, and its losses side by side."""

from collections.abc import Iterable, Iterator

from sl.comparison import RunGroup
from sl.comparison.group_order import in_order
from sl.comparison.sweeps import sweeps
from sl.comparison.titles import setting
from sl.record import Run
from sl.tables.formats import plain
from sl.tables.layout import own_results
from sl.tables.paired import comparisons, mark_note
from sl.tables.sweep import CLEAN_LABELS, OWN_LABELS, text

STATISTIC = "last epoch"


def end_of_sweep(runs: Iterable[Run]) -> Iterator[str]:
    """The lines of all tables of the finished `runs` of a sweep, for a terminal; none for a single run.

    Noise rates are points of the sweep if all runs have one loss, and columns of a table if there are several losses. A
    group of one loss has a table of results only if the tables of points do not show all its runs.
    """
    runs = list(runs)
    one_loss = len({run.name("loss") for run in runs}) == 1
    found = [sweep for sweep in sweeps(runs) if one_loss or sweep.varies_loss]
    for sweep in found:
        yield from ("", *text(sweep), "")
    shown = {run.identity for sweep in found for point in sweep.points for run in point.series.runs}
    for group in in_order(runs):
        if len(group.losses) > 1 or (len(runs) > 1 and not shown.issuperset(run.identity for run in group.runs)):
            yield from ("", *losses(group), "")


def losses(group: RunGroup) -> Iterator[str]:
    """The lines of a group's results for a terminal, with a row for each loss and a column for each noise."""
    paired = comparisons(group, STATISTIC)
    yield from plain(*own_results(group, STATISTIC, paired))
    yield f"{setting(group.head)}. Test accuracy (%) after the last epoch: mean ± std over seeds (n)."
    yield f"{mark_note(paired, 'of this table')} {OWN_LABELS if group.head.labels_given else CLEAN_LABELS}".lstrip()
