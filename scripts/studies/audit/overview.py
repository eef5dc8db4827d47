"""The study at a glance: a line for each setting, a column for each loss and way of predicting."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any

from sl.numbers import mean_std, signed
from sl.record.shown import loss_title
from sl.stats import Inference, infer
from sl.tables.formats import table
from studies.audit.family import Family

Record = dict[str, Any]
Cells = Mapping[tuple[str, int], Mapping[int, Record]]  # by loss and folds: the records of one setting by seed
SHOWN = ("ce", "gce", "sl")
WAYS = {0: "one run", 4: "4 folds"}
COLUMNS = [f"{loss_title(loss)}, {way}" for way in WAYS.values() for loss in SHOWN]
USUAL = ("ce", 4)  # the usual practice today, with cleanlab's filter
REACH = """\
Lowest and highest of these means over the settings, and the same of cleanlab's estimate from the same predictions:"""
NONE = "–"


def overview(records: Sequence[Record], family: Family) -> str:
    """Tables in Markdown: the ranking, the estimated noise rate, the decisions and the gain in test accuracy.

    `family` has all `comparisons` of the study, with which the marks are corrected.
    """
    found = by_setting(records)
    settings = found.values()

    def section(title: str, last: str, rows: Iterable[list[str]]) -> str:
        lines = [[name, *row] for name, row in zip(found, rows, strict=True)]
        return f"## {title}\n\n{table(['labels', *COLUMNS, last], lines)}"

    how_many = "How many: estimated − true rate, points (true rate in interval)"
    return "\n\n".join(
        [
            section("Which ranks best: average precision", "random order", ranking(settings, family)),
            section(how_many, "cleanlab, CE, 4 folds", map(miss, settings)),
            REACH,
            table(["predictions", "settings", "the audit", "cleanlab"], reach(settings)),
            section("Decisions: precision / recall", "cleanlab's filter, CE, 4 folds", map(decision, settings)),
            section("What decisions bring: CE trained anew − CE (points)", "SL − CE", gain(settings, family)),
        ]
    )


def by_setting(records: Sequence[Record]) -> dict[str, Cells]:
    """The records of each setting by loss and folds, then by seed."""
    names = dict.fromkeys(record["cell"] for record in records)
    return {name: by_way([record for record in records if record["cell"] == name]) for name in names}


def by_way(records: Sequence[Record]) -> Cells:
    """The records of one setting by loss and folds, then by seed."""
    return {
        (loss, folds): {one["seed"]: one for one in records if (one["loss"], one["folds"]) == (loss, folds)}
        for folds in WAYS
        for loss in SHOWN
    }


def ranking(settings: Collection[Cells], family: Family) -> Iterator[list[str]]:
    """A row for each setting: mean average precision, marked where it differs from CE's; last, the true noise rate."""
    for cells in settings:
        values = [precisions(own) for own in cells.values()]
        pairs = zip(values, ranks(cells), strict=True)
        rates = [rate(one, "true") for own in cells.values() for one in own.values()]
        means = [f"{fmean(own.values()):.3f}{family.mark(test)}" if own else NONE for own, test in pairs]
        yield [*means, f"{fmean(rates):.3f}"]


def ranks(cells: Cells) -> list[Inference]:
    """The tests of one setting: each loss's average precision minus CE's with as many folds."""
    found = {way: precisions(own) for way, own in cells.items()}
    return [difference(own, found["ce", folds]) for (_, folds), own in found.items()]


def gain(settings: Collection[Cells], family: Family) -> Iterator[list[str]]:
    """A row for each setting: the means of `gains`, with marks."""
    for cells in settings:
        yield [f"{points([test.mean])}{family.mark(test)}" if test.n else NONE for test in gains(cells)]


def gains(cells: Cells) -> list[Inference]:
    """The tests of one setting: test accuracy of CE on each audit's corrected labels minus CE on the labels as given.

    The last is SL minus CE, both on the labels as given.
    """
    usual, of_sl = (accuracies(cells[loss, 0], "trained_test_accuracy") for loss in ("ce", "sl"))
    anew = [accuracies(own, "retrained_test_accuracy") for own in cells.values()]
    return [difference(own, usual) for own in [*anew, of_sl]]


def comparisons(records: Sequence[Record]) -> list[Inference]:
    """All tests whose marks `overview` shows."""
    return [test for cells in by_setting(records).values() for test in (*ranks(cells), *gains(cells))]


def difference(own: Mapping[int, float], usual: Mapping[int, float]) -> Inference:
    """The paired test of `own` minus `usual` (values by seed) over the seeds that both have."""
    return infer([own[seed] - usual[seed] for seed in sorted(own.keys() & usual.keys())])


def precision(record: Record) -> float:
    """The average precision of an audit's ranking."""
    return float(record["measures"]["average_precision"])


def precisions(records: Mapping[int, Record]) -> dict[int, float]:
    """The average precision of each audit, by seed."""
    return {seed: precision(record) for seed, record in records.items()}


def accuracies(records: Mapping[int, Record], which: str) -> dict[int, float]:
    """The test accuracy `which` by seed, without the seeds where it was not measured."""
    return {seed: record[which] for seed, record in records.items() if record[which] is not None}


def miss(cells: Cells) -> list[str]:
    """A row: estimated minus true noise rate, how often the interval held the true one; last, cleanlab's estimate."""
    row = []
    for own in cells.values():
        gaps = list(map(gap, own.values()))
        held = sum(one["measures"]["rate"]["covered"] for one in own.values())
        row.append(f"{points(gaps)} ({held} of {len(gaps)})" if gaps else NONE)
    usual = cells[USUAL].values()
    return [*row, points(list(map(confident_gap, usual)))]


def reach(settings: Collection[Cells]) -> list[list[str]]:
    """A row for each loss and way of predicting: range of the mean errors of the audit's and cleanlab's estimate."""
    rows = []
    for way, title in zip(next(iter(settings)), COLUMNS, strict=True):
        measured = [list(cells[way].values()) for cells in settings if cells[way]]
        if measured:
            means = [[fmean(map(error, own)) for own in measured] for error in (gap, confident_gap)]
            rows.append([title, str(len(measured)), *(f"{points([min(m)])} to {points([max(m)])}" for m in means)])
    return rows


def decision(cells: Cells) -> list[str]:
    """A row: precision and recall of the changed labels; last, those of cleanlab's filter."""
    return [*(flagged(own.values(), "decision") for own in cells.values()), flagged(cells[USUAL].values(), "cleanlab")]


def rate(record: Record, which: str) -> float:
    """The `true` or `estimated` share of wrong labels."""
    return float(record["measures"]["rate"][which])


def gap(record: Record) -> float:
    """The estimated share of wrong labels minus the true one."""
    return rate(record, "estimated") - rate(record, "true")


def confident_gap(record: Record) -> float:
    """The share of wrong labels by cleanlab's estimate minus the true one."""
    return float(record["measures"]["confident_learning_rate"]) - rate(record, "true")


def points(shares: Sequence[float]) -> str:
    """A mean difference of shares in percentage points."""
    return signed(100 * fmean(shares), 1) if shares else NONE


def percent(shares: Sequence[float | None]) -> str:
    """`mean_std` of `shares` in percent; a dash where one was not measured."""
    known = [100 * share for share in shares if share is not None]
    return mean_std(known, 1) if len(known) == len(shares) else NONE


def commits(records: Sequence[Record]) -> str:
    """The commits that the records were made with, in one text."""
    return ", ".join(sorted({commit(one) for one in records}))


def commit(record: Record) -> str:
    """The first seven digits of the commit that a record was made with, and whether its code was changed since."""
    provenance = record["provenance"]
    return str(provenance["commit"])[:7] + (" with changes" if provenance["dirty"] else "")


def flagged(records: Collection[Record], way: str) -> str:
    """Mean precision and recall of one way to decide; no precision where a seed has nothing decided.

    >>> flagged([{"measures": {"flagged": {"cleanlab": {"precision": None, "recall": 0.0}}}}], "cleanlab")
    '– / 0.00'
    """
    found = [record["measures"]["flagged"][way] for record in records]
    known = [one["precision"] for one in found if one["precision"] is not None]
    precision = f"{fmean(known):.2f}" if known and len(known) == len(found) else NONE
    return f"{precision} / {fmean(one['recall'] for one in found):.2f}" if found else NONE
