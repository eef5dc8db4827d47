"""Lays out the results: a row for each method, a column for each noise, published results in the rows below."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count

from sl.comparison import RunGroup
from sl.comparison.sweeps import sweeps
from sl.comparison.titles import named_loss, origin, setting
from sl.numbers import ends, plural, signed
from sl.record import Noise, Run
from sl.record.shown import dataset_title, loss_title
from sl.stats import significant
from sl.tables.compare import ComparedCell, beside, cells, obstacle
from sl.tables.paired import Comparisons, comparisons, notes
from sl.tables.published import CONFIDENCES, UNCHECKED, Published, marked

NOTHING = "–"
DIVERGED = (
    "diverged (number of runs): stopped because loss or weights were not finite, or a weight reached 10,000; "
    "not in any mean."
)
EPOCHS = {
    "unknown": "epoch not known",
    "last": "last epoch",
    "best": "best epoch",
    "validation": "epoch chosen on noisy labels",
}


@dataclass(frozen=True)
class TextTable:
    """A table ready to be written; every cell is text."""

    title: str
    header: list[str]
    rows: list[list[str]]
    notes: list[str]


def results_table(group: RunGroup, published: Sequence[Published], statistic: str, differs: str = "") -> TextTable:
    """The results of a group of runs by one statistic, with the published results for comparison.

    `differs` says how the group differs from one of the same data set, scale and recipe in a table above.
    """
    paired = comparisons(group, statistic)
    title = f"{statistic.capitalize()}, recipe {group.names[2]}"
    differing = [f"These runs differ from those of the same name above: {differs}."] if differs else []
    remarks = _notes(group, beside(group, published, statistic), paired)
    return TextTable(title, *_grid(group, published, statistic, paired), differing + remarks)


def _grid(
    group: RunGroup, published: Sequence[Published], statistic: str, paired: Comparisons
) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a table of results."""
    found = list(cells(group, published, statistic))
    noises = sorted({cell.noise for cell in found}, key=lambda noise: noise.order)
    rows = []
    for loss in dict.fromkeys(cell.loss for cell in found):
        of_loss = [cell for cell in found if cell.loss == loss]
        name = named_loss(loss, group.variant(loss))
        rows.append([name, "this project", *(_own(group, of_loss, loss, noise, paired) for noise in noises)])
        for label in dict.fromkeys(cell.published.label for cell in of_loss if cell.published):
            line = [cell for cell in of_loss if cell.published and cell.published.label == label]
            rows.append(["", _label(group, line), *(_printed(group, line, noise) for noise in noises)])
    return ["method", "source", *(noise.title for noise in noises)], rows


def own_results(group: RunGroup, statistic: str, paired: Comparisons) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a group's results, without published results and without the column of sources.

    `paired` has the marks: of this group, or of the larger one that it shows a part of.
    """
    header, rows = _grid(group, [], statistic, paired)
    return [header[0], *header[2:]], [[row[0], *row[2:]] for row in rows]


def p_text(p: float | None) -> str:
    """A p value with two significant digits, or as many as show on which side of 0.05 it is; a dash for None: no test.

    >>> p_text(0.0321), p_text(0.0498), p_text(None)
    ('0.032', '0.0498', '–')
    """
    if p is None:
        return NOTHING
    texts = (f"{p:.{digits}g}" for digits in count(2))
    return next(text for text in texts if significant(float(text)) == significant(p))


def published_table(table: Published) -> TextTable:
    """A published table with its own values, and its source in the notes."""
    rows = []
    for loss in table.losses:
        values = [table.cells.get((loss, noise)) for noise in table.columns]
        rows.append([loss_title(loss), *(marked(value, table.unchecked) if value else NOTHING for value in values)])
    title = f"{table.label}: {conditions(table)}"
    runs = "" if table.runs is None else f"; runs a cell: {table.runs}"
    notes = [f"{source(table)}. Recipe: {table.recipe}{runs}.", *([table.note] if table.note else [])]
    return TextTable(title, ["method", *(noise.title for noise in table.columns)], rows, notes)


def conditions(table: Published) -> str:
    """A text with the network of a published table and the epoch that it reports."""
    return f"{table.network}, {epoch_text(table)}"


def epoch_text(table: Published) -> str:
    """The epoch that a published table reports, as text."""
    return EPOCHS.get(table.epoch, f"epoch {table.epoch}")


def source(table: Published) -> str:
    """The source of a published table, with its URL, and how sure its values are."""
    return f"{table.source}{f' ({table.url})' if table.url else ''}; {CONFIDENCES[table.confidence]}"


def _own(group: RunGroup, of_loss: Iterable[ComparedCell], loss: str, noise: Noise, paired: Comparisons) -> str:
    cell = next((cell for cell in of_loss if cell.noise == noise and cell.result), None)
    diverged = len(group.diverged_in_row(loss, noise))
    if cell is None:
        return f"diverged ({diverged})" if diverged else NOTHING
    comparison = paired.get((cell.loss, noise))
    return f"{cell.result}{comparison.mark if comparison else ''}{f', diverged ({diverged})' if diverged else ''}"


def _label(group: RunGroup, line: Sequence[ComparedCell]) -> str:
    table = line[0].published
    assert table is not None
    why = obstacle(group, table)
    return f"{table.label}, {why}" if why else table.label


def _printed(group: RunGroup, line: Iterable[ComparedCell], noise: Noise) -> str:
    cell = next((cell for cell in line if cell.noise == noise), None)
    if cell is None or cell.published is None:
        return NOTHING
    text = marked(cell.value, cell.published.unchecked)
    if cell.difference is None or obstacle(group, cell.published):
        return text
    return f"{text} (Δ {signed(cell.difference)})"


def runs_shown(group: RunGroup) -> list[Run]:
    """The runs behind the cells: for each loss, those with the parameters that represent the loss in the table."""
    cells = [group.series(loss, noise) for loss in group.losses for noise in group.noises]
    return [run for series in cells if series for run in series.runs]


def _notes(group: RunGroup, tables: Sequence[Published], paired: Comparisons) -> list[str]:
    lines = [
        f"{setting(group.head)}.",
        f"{origin(runs_shown(group) or group.members)}.",
        "Test accuracy in percent: mean ± standard deviation over seeds (divisor n − 1), with the number of "
        f"seeds in brackets; {NOTHING}: no finished run, or not published. Δ: this project minus published, in points.",
        *notes(paired),
    ]
    if realised := _realised(group):
        lines.append(f"Share of wrong labels, where it differs from the requested noise rate: {'; '.join(realised)}.")
    if any(table.unchecked for table in tables):
        lines.append(f"{UNCHECKED}: not checked.")
    lines += dict.fromkeys(
        f"{each.label}: {source(each)}; {epoch_text(each)}.{f' {each.note}' if each.note else ''}" for each in tables
    )
    if not tables and not group.head.labels_given:
        name = dataset_title(group.names[0])
        lines.append(f"No published figures for {name} with this recipe and statistic are in results/paper.")
    return lines + _left_out(group)


def _realised(group: RunGroup) -> list[str]:
    """The shares of labels that are wrong, for each noise where one differs from the rate by half a point or more."""
    found = []
    for noise in group.noises:
        shares = [100 * run.realised_rate for run in group.runs if run.noise == noise and run.realised_rate is not None]
        if noise.rate is not None and any(abs(share - 100 * noise.rate) >= 0.5 for share in shares):
            found.append(f"{noise.title}: {ends(shares, '{:.1f}')} %")
    return found


def _left_out(group: RunGroup) -> list[str]:
    """Notes on the runs that no mean of the page includes, neither in a row nor in the table of a sweep below."""
    points = (point for sweep in sweeps(group.runs) if sweep.varies_loss for point in sweep.points)
    shown = [*runs_shown(group), *(run for point in points for run in point.series.runs)]
    other = len(group.runs) - len({run.identity for run in shown})
    diverged = {(run.name("loss"), run.noise) for run in group.diverged}
    hidden = len(group.diverged) - sum(len(group.diverged_in_row(*cell)) for cell in diverged)
    of_them = f", {hidden} of them diverged" if hidden else ""
    others = f"Left out: {plural(other + hidden, 'run')} with other parameters of the loss{of_them}."
    lines = [others] if other + hidden else []
    if len(group.diverged) > hidden:
        lines.append(DIVERGED)
    return lines + ([f"Left out: {plural(len(group.unfinished), 'run')} not finished yet."] if group.unfinished else [])
