"""How much it matters which epoch is reported: last, mean of the last ten, or the best one on the test set."""

from collections.abc import Iterable, Iterator

from sl.record import Run, Series, Sheet, sheets
from sl.record.words import PAPER_EPOCHS, dataset_title, loss_title
from sl.tables.results import STATISTICS
from sl.tables.write import table

HEADER = ("data set, scale", "loss", "noise", *STATISTICS, "best above last", "n")


def block(runs: Iterable[Run]) -> str:
    """A row for every loss and noise of the paper's data sets; accuracies in percent, means over n seeds."""
    rows = [row for sheet in sheets(runs) if sheet.names[0] in PAPER_EPOCHS for row in _rows(sheet)]
    return table(HEADER, rows) if rows else "Nothing recorded yet."


def _rows(sheet: Sheet) -> Iterator[list[str]]:
    for noise in sheet.noises:
        for loss in sheet.losses:
            if series := sheet.series(loss, noise):
                dataset, scale, _ = sheet.names
                yield [f"{dataset_title(dataset)}, {scale}", loss_title(loss), noise.words, *_cells(series)]


def _cells(series: Series) -> list[str]:
    means = [100 * float(series.mean(value)) for value in STATISTICS.values()]
    gap = 100 * float((series.stack(Run.best) - series.stack(Run.last)).mean())
    return [*(f"{mean:.2f}" for mean in means), f"{gap:+.2f}", str(series.n)]
