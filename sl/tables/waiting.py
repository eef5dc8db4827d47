"""Tables of the data sets that no run is recorded for yet: laid out, with what was published, and empty otherwise."""

from collections.abc import Iterator, Sequence

from sl.record.words import LOSSES, dataset_title, loss_title
from sl.tables.compare import PAPER
from sl.tables.layout import NOTHING, Grid, conditions, source
from sl.tables.published import Published
from sl.tables.results import loss_order


def waiting_grids(recorded: set[str], published: Sequence[Published]) -> list[Grid]:
    """One table for each published data set that is not among those `recorded`."""
    datasets = dict.fromkeys(table.dataset for table in published if table.dataset not in recorded)
    return [_grid(dataset, [table for table in published if table.dataset == dataset]) for dataset in datasets]


def _grid(dataset: str, tables: Sequence[Published]) -> Grid:
    tables = sorted(tables, key=lambda table: table.label != PAPER)
    noises = sorted({noise for table in tables for noise in table.noises}, key=lambda noise: noise.order)
    losses = sorted({loss for table in tables for loss in table.losses if loss in LOSSES}, key=loss_order)
    rows = []
    for loss in losses:
        rows.append([loss_title(loss), "this project", *[NOTHING] * len(noises)])
        for number, table in enumerate(tables, 1):
            values = [table.cells.get((loss, noise)) for noise in noises]
            mark = " †" if table.recalled else ""
            if any(values):
                printed = [NOTHING if value is None else f"{value}{mark}" for value in values]
                rows.append(["", f"{table.label} [{number}]", *printed])
    header = ["method", "source", *(noise.words for noise in noises)]
    return Grid(f"{dataset_title(dataset)}: test accuracy (%)", header, rows, list(_notes(tables)))


def _notes(tables: Sequence[Published]) -> Iterator[str]:
    yield f"No run is recorded yet: the rows of this project are empty ({NOTHING})."
    if any(table.recalled for table in tables):
        yield "†: recalled, not checked."
    for number, table in enumerate(tables, 1):
        yield f"[{number}]: {source(table)}; {conditions(table)}.{f' {table.note}' if table.note else ''}"
