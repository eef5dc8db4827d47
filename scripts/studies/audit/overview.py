"""The study at a glance: a line for each setting, a column for each loss and way of predicting."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any

from sl.stats import SIGNIFICANT, Inference, adjusted, infer
from sl.tables.formats import signed, table

Record = dict[str, Any]
Cells = Mapping[tuple[str, int], Mapping[int, Record]]  # by loss and folds: the records of one setting by seed
LOSSES = ("ce", "gce", "sl")
WAYS = {0: "one run", 4: "4 folds"}
COLUMNS = [f"{loss.upper()}, {way}" for way in WAYS.values() for loss in LOSSES]
USUAL = ("ce", 4)  # what people do today, with cleanlab's filter
NONE = "–"


def overview(records: Sequence[Record]) -> str:
    """Which ranks best, how many labels are wrong, and which decisions are right."""
    settings = dict.fromkeys(record["cell"] for record in records)
    found = {name: by_way([record for record in records if record["cell"] == name]) for name in settings}
    parts = [
        ("Which ranks best: average precision", "random order", ranking(found.values())),
        ("How many: estimated − true rate (points)", "cleanlab, CE, 4 folds", map(miss, found.values())),
        ("Decisions: precision / recall", "cleanlab's filter, CE, 4 folds", map(decision, found.values())),
    ]
    return "\n\n".join(
        f"### {title}\n\n"
        + table(["labels", *COLUMNS, last], [[name, *row] for name, row in zip(found, rows, strict=True)])
        for title, last, rows in parts
    )


def by_way(records: Sequence[Record]) -> Cells:
    """The records of one setting by loss and folds, then by seed."""
    return {
        (loss, folds): {one["seed"]: one for one in records if (one["loss"], one["folds"]) == (loss, folds)}
        for folds in WAYS
        for loss in LOSSES
    }


def ranking(settings: Collection[Cells]) -> Iterator[list[str]]:
    """Mean average precision; * where it differs from that of CE. Last, the share of wrong labels."""
    tests = [against_ce(cells, own, folds) for cells in settings for (_, folds), own in cells.items()]
    corrected = iter(adjusted([test.p if test.tested else None for test in tests]))
    for cells in settings:
        row = []
        for own in cells.values():
            p = next(corrected)
            mark = " *" if p is not None and p < SIGNIFICANT else ""
            row.append(f"{fmean(precisions(own).values()):.3f}{mark}" if own else NONE)
        yield [*row, f"{fmean(rate(one, 'true') for own in cells.values() for one in own.values()):.3f}"]


def against_ce(cells: Cells, own: Mapping[int, Record], folds: int) -> Inference:
    """The test of a loss against CE with as many folds, over the seeds that both have."""
    values, usual = precisions(own), precisions(cells["ce", folds])
    return infer([values[seed] - usual[seed] for seed in sorted(values.keys() & usual.keys())])


def precisions(records: Mapping[int, Record]) -> dict[int, float]:
    """Average precision by seed."""
    return {seed: record["measures"]["average_precision"] for seed, record in records.items()}


def miss(cells: Cells) -> list[str]:
    """How far the estimated share of wrong labels is from the true one; last, that of cleanlab's estimate."""
    row = [points([rate(one, "estimated") - rate(one, "true") for one in own.values()]) for own in cells.values()]
    usual = cells[USUAL].values()
    return [*row, points([one["measures"]["confident_learning_rate"] - rate(one, "true") for one in usual])]


def decision(cells: Cells) -> list[str]:
    """Precision and recall of the changed labels; last, those of cleanlab's filter."""
    return [*(flagged(own, "decision") for own in cells.values()), flagged(cells[USUAL], "cleanlab")]


def rate(record: Record, which: str) -> float:
    """The `true` or `estimated` share of wrong labels."""
    return float(record["measures"]["rate"][which])


def points(shares: Sequence[float]) -> str:
    """A mean difference of shares in percentage points."""
    return signed(100 * fmean(shares), 1) if shares else NONE


def flagged(records: Mapping[int, Record], way: str) -> str:
    """Mean precision and recall of one way to decide; no precision where a seed has nothing decided.

    >>> flagged({0: {"measures": {"flagged": {"cleanlab": {"precision": None, "recall": 0.0}}}}}, "cleanlab")
    '– / 0.00'
    """
    found = [record["measures"]["flagged"][way] for record in records.values()]
    known = [one["precision"] for one in found if one["precision"] is not None]
    precision = f"{fmean(known):.2f}" if known and len(known) == len(found) else NONE
    return f"{precision} / {fmean(one['recall'] for one in found):.2f}" if found else NONE
