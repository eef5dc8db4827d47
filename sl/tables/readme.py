"""Keeps the results on the README's first screen equal to the records."""

from collections.abc import Sequence
from pathlib import Path

from sl.errors import UserError
from sl.figures.build import USUAL_RECIPE, folder
from sl.record import Run, Sheet, sheets
from sl.record.words import PAPER_EPOCHS, dataset_title, origin, paper_scale, setting
from sl.tables.layout import results_grid
from sl.tables.paired import MARK
from sl.tables.write import table

BEGIN, END = "<!-- results:begin -->", "<!-- results:end -->"
PICTURES = {"cifar10": "class_curves", "mnist": "memorisation"}
DATASETS = ("cifar10", "mnist", "cifar100", "digits")


def block(runs: Sequence[Run]) -> str:
    """Test accuracy after the last epoch for every data set, the paper's scale first; some under a figure.

    A data set stands there once: at the paper's scale before a smaller one, with the usual recipe before others. Scale
    and origin of the runs stand with each table. A data set without a finished run is named as such.
    """
    ranked = sorted((sheet for sheet in sheets(runs) if sheet.runs and sheet.names[0] in DATASETS), key=place)
    first = {sheet.names[0]: sheet for sheet in reversed(ranked)}
    parts = []
    for name in sorted(first, key=lambda name: place(first[name])):
        parts += [picture(first[name], PICTURES[name])] if name in PICTURES else []
        parts.append(results(first[name]))
    missing = [dataset_title(name) for name in DATASETS if name not in first]
    if missing:
        parts.append(f"No run recorded yet: {', '.join(missing)}.")
    return "\n\n".join(parts)


def place(sheet: Sheet) -> tuple[bool, int, bool]:
    """Sort key: the paper's data sets at its scale, then what is scaled down or no data set of the paper."""
    name, _, recipe = sheet.names
    scaled = not (name in PAPER_EPOCHS and paper_scale(sheet.head))
    return scaled, DATASETS.index(name), recipe != USUAL_RECIPE


def picture(sheet: Sheet, name: str) -> str:
    """A figure of a sheet, as a link."""
    place = Path("results/figures") / folder(sheet)
    return f"![{name.replace('_', ' ')}]({(place / name).as_posix()}.png)"


def results(sheet: Sheet) -> str:
    """A sheet's table of last-epoch accuracies under one line that says what it is."""
    grid = results_grid(sheet, [], "last epoch")
    rows = [[row[0], *row[2:]] for row in grid.rows]
    title = f"**{dataset_title(sheet.names[0])}, test accuracy (%) after the last epoch**, mean ± std over seeds (n)"
    marked = "".join(f" {note}" for note in grid.notes if note.startswith(MARK.strip()))
    head = [grid.header[0], *grid.header[2:]]
    return f"{title}\n\n{table(head, rows)}\n\n{setting(sheet.head)}. {origin(sheet.runs)}.{marked}"


def update(readme: Path, runs: Sequence[Run]) -> str:
    """Bring the results in `readme` up to date."""
    return fill(readme, block(runs))


def fill(page: Path, content: str, name: str = "results") -> str:
    """Replace what stands between the marks in `page` by `content`; UserError where the page or a mark is missing.

    The marks are the comments ``name:begin`` and ``name:end``, so that a page can have several such parts.
    """
    opening, closing = (mark.replace("results", name) for mark in (BEGIN, END))
    try:
        text = page.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"{page}: allowed is a page to fill: {error.strerror}") from None
    head, begin, rest = text.partition(opening)
    _, end, tail = rest.partition(closing)
    if not begin or not end:
        raise UserError(f"{page}: the marks {opening} and {closing} must stand in it, in this order")
    page.write_text(f"{head}{opening}\n\n{content}\n\n{closing}{tail}", encoding="utf-8")
    return f"{page}, the part between its marks"
