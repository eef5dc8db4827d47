"""The tables of docs/audit-study.md, from the records of the study."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean

from sl.errors import UserError
from sl.numbers import mean_std
from sl.paper import PAPER_EPOCHS
from sl.record.shown import loss_title
from sl.tables.formats import table
from sl.tables.marks import fill
from studies.audit.by_default import in_short
from studies.audit.family import Family
from studies.audit.length import differences, length_part
from studies.audit.overview import Record, commits, comparisons, confident_gap, flagged, gap, overview, percent, rate

HEADER = (
    "loss", "folds", "n", "average precision", "precision at the true count", "recall at 90 % precision",
    "estimated − true rate (points)", "the same of cleanlab's estimate", "true rate in interval",
    "decision: precision / recall",
    "cleanlab's filter: precision / recall", "prediction ≠ label: precision / recall", "CE retrained (%)",
)  # fmt: skip
ALL_EPOCHS = "all_epochs"  # folder of the audits at all epochs, below that of the study
TRAINING_IMAGES = {"cifar10": 50_000, "mnist": 60_000}  # of the data sets that the study scales down
NOTES = """\
Means over seeds, which draw noise, weights and folds (on CIFAR-10N, which has one set of people's labels, weights and
folds alone); a dash where nothing was measured or decided. "One run" is an ordinary run that predicts its own training
images; four folds train three times as long. *: differs from CE with as many folds, or from 0 in the last table, p <
0.05 (Student's t over the seeds that both have, corrected for all comparisons of this page by Benjamini and Hochberg).
Decisions change labels at a stated expected precision of {expected}. CE with four folds and cleanlab's filter is usual
practice. In the last table CE is trained on the labels after the decisions, and compared with CE on the labels as
given; the last column compares SL with CE on the latter."""
DETAILS = """\
Every setting in full: mean ± standard deviation over n seeds. Folds 0 is one run. "CE retrained" is the test accuracy
(%) on clean labels of CE trained anew on the corrected labels; a dash where it was not."""


def write_pages(results: Path, page: Path, readme: Path) -> list[str]:
    """Fill the measured parts of `page` and `readme` from the records in `results`; UserError where there is none."""
    records, long = read_records(results), read_records(results / ALL_EPOCHS)
    if not records:
        raise UserError("results", results, "must be a folder that holds records of the study")
    cells = dict.fromkeys(record["cell"] for record in records)
    parts = [cell_part([record for record in records if record["cell"] == cell]) for cell in cells]
    notes = NOTES.format(expected=records[0]["expected_precision"])
    family = whole_family(records, long)
    whole = "\n\n".join([notes, overview(records, family), DETAILS, *parts])
    written = [fill(page, whole), fill(readme, in_short([*long, *records], family), "audit")]
    return [*written, fill(page, length_part(records, long, family), "all-epochs")] if long else written


def whole_family(records: Sequence[Record], long: Sequence[Record]) -> Family:
    """All comparisons of the study: those of the `records` by setting, and of the `long` ones at all epochs."""
    return Family([*comparisons(records), *(test for *_, test in differences(records, long))])


def read_records(folder: Path) -> list[Record]:
    """All records in `folder`, by file name; none where it is missing."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]


def cell_part(records: Sequence[Record]) -> str:
    """Title, text and table of one setting, in Markdown."""
    first = records[0]
    keys = sorted({(record["folds"], record["loss"]) for record in records})
    rows = []
    for folds, loss in keys:
        group = [record for record in records if (record["folds"], record["loss"]) == (folds, loss)]
        rows.append([loss_title(loss), str(folds), str(len(group)), *cells_of(group)])
    wrong = fmean(rate(record, "true") for record in records)
    given = as_given(records)
    origin = f"`{' '.join(first['overrides'][:-3])}`, commit {commits(records)}"
    labels = f"{100 * wrong:.1f} % of the labels wrong"
    text = f"{size(first)}, {labels}. Test accuracy (%) on the labels as given: {given}. {origin}."
    return f"## {first['cell']}\n\n{text}\n\n{table(HEADER, rows)}"


def size(record: Record) -> str:
    """Images and epochs of a run in words; for a scaled-down run also those of the full one."""
    images, epochs = f"{record['images']:,}", record["epochs"]
    if not any(override.startswith("scale") for override in record["overrides"]):
        return f"{images} images, {epochs} epochs"
    dataset = record["overrides"][0].removeprefix("dataset=")
    images, epochs = f"{images} of {TRAINING_IMAGES[dataset]:,} images", f"{epochs} of {PAPER_EPOCHS[dataset]} epochs"
    return f"Scaled-down run: {images}, {epochs}"


def as_given(records: Sequence[Record]) -> str:
    """Test accuracy of each loss's runs on the labels as given (folds 0), in percent."""
    plain = [record for record in records if not record["folds"]]
    found = {loss: [100 * one["trained_test_accuracy"] for one in plain if one["loss"] == loss]
             for loss in sorted({one["loss"] for one in plain})}  # fmt: skip
    return ", ".join(f"{loss_title(loss)} {mean_std(values, 1)}" for loss, values in found.items())


def cells_of(group: Sequence[Record]) -> list[str]:
    """The cells of one row after loss, folds and n."""

    def share(value: Callable[[Record], float]) -> str:
        return mean_std([value(record["measures"]) for record in group], 3)

    covered = sum(record["measures"]["rate"]["covered"] for record in group)
    return [
        share(lambda found: found["average_precision"]),
        share(lambda found: found["precision_at_count"]),
        share(lambda found: found["recall_at_90"]),
        mean_std([100 * gap(one) for one in group], 1),
        mean_std([100 * confident_gap(one) for one in group], 1),
        f"{covered} of {len(group)}",
        *(flagged(group, name) for name in ("decision", "cleanlab", "disagree")),
        percent([record["retrained_test_accuracy"] for record in group]),
    ]
