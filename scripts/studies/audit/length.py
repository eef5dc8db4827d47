"""The part of docs/audit-study.md on audits at all epochs, beside the study's audits with fewer epochs."""

from collections.abc import Iterator, Sequence
from statistics import fmean

from sl.numbers import with_interval
from sl.record.shown import loss_title
from sl.stats import Inference
from sl.tables.formats import table
from sl.tables.layout import p_text
from studies.audit.family import Family
from studies.audit.overview import (
    Record,
    accuracies,
    by_setting,
    commits,
    difference,
    flagged,
    gap,
    percent,
    points,
    precision,
    precisions,
)
from studies.audit.study import AUTHORS

HEADER = (
    "labels", "epochs", "loss", "n", "average precision", "estimated − true rate (points)",
    "decision: precision / recall", "trained on the labels as given", "CE on the corrected labels",
    "SL on the corrected labels",
)  # fmt: skip
TESTS = ("labels", "difference", "n", "mean [95 % interval], points", "p, corrected")
NOTES = """\
Means over n seeds. The last three columns of the first table are test accuracy (%) on clean labels, mean ± standard
deviation; a dash where it was not measured. *: p < 0.05 (paired t test over the seeds that both have, corrected for all
comparisons of this page by Benjamini and Hochberg)."""
GIVEN, ANEW, SL_ANEW = "trained_test_accuracy", "retrained_test_accuracy", "sl_retrained_test_accuracy"
BySeed = dict[int, Record]
OneRun = dict[str, BySeed]  # by loss
Values = dict[int, float]


def length_part(short: Sequence[Record], long: Sequence[Record], family: Family) -> str:
    """Two tables in Markdown: one run of CE and of SL at both lengths, and the paired differences between them.

    `family` has all `differences` of the study, with which these are corrected.
    """
    rows = []
    for cell in cells_of(long):
        audits = (_one_run(short, cell), _one_run(long, cell))
        rows += [_row(cell, list(own.values())) for both in audits for own in both.values() if own]
    tests = [
        [cell, title, str(test.n), _in_points(test) + family.mark(test), p_text(family.p(test))]
        for cell, title, test in differences(short, long)
    ]
    return "\n\n".join([f"{NOTES} Scaled-down runs, commit {commits(long)}.", table(HEADER, rows), table(TESTS, tests)])


def differences(short: Sequence[Record], long: Sequence[Record]) -> list[tuple[str, str, Inference]]:
    """Setting, title and test of each difference of the second table."""
    found = []
    for cell in cells_of(long):
        audits = (_one_run(short, cell), _one_run(long, cell), _one_run(long, f"{cell}{AUTHORS}"))
        found += [(cell, title, difference(*pair)) for title, *pair in _questions(*audits)]
    return [one for one in found if one[2].n]


def cells_of(long: Sequence[Record]) -> list[str]:
    """The settings of the records, in their order."""
    return list(dict.fromkeys(record["cell"] for record in long))


def _one_run(records: Sequence[Record], cell: str) -> OneRun:
    """The audits of the setting `cell` by one run of CE and of SL: by loss, then by seed."""
    ways = by_setting(records).get(cell, {})
    return {loss: dict(ways.get((loss, 0), {})) for loss in ("ce", "sl")}


def _row(cell: str, group: Sequence[Record]) -> list[str]:
    first = group[0]
    return [
        cell,
        str(first["epochs"]),
        loss_title(first["loss"]),
        str(len(group)),
        f"{fmean(map(precision, group)):.3f}",
        points(list(map(gap, group))),
        flagged(group, "decision"),
        *(percent([one.get(which) for one in group]) for which in (GIVEN, ANEW, SL_ANEW)),
    ]


def _questions(short: OneRun, long: OneRun, authors: OneRun) -> Iterator[tuple[str, Values, Values]]:
    """The title of each compared difference, and its two sides by seed."""
    for loss in ("ce", "sl"):
        of_loss = f"average precision of {loss_title(loss)}"
        yield f"{of_loss}: all epochs minus fewer", precisions(long[loss]), precisions(short[loss])
        yield f"{of_loss}, all epochs: recipe authors_code minus apl", precisions(authors[loss]), precisions(long[loss])
    yield "average precision at all epochs: SL minus CE", precisions(long["sl"]), precisions(long["ce"])
    given_ce, given_sl = (accuracies(long[loss], GIVEN) for loss in ("ce", "sl"))
    anew_ce, anew_sl = (accuracies(long["sl"], which) for which in (ANEW, SL_ANEW))
    yield "test accuracy on the labels as given: SL minus CE", given_sl, given_ce
    yield "test accuracy of CE: SL's corrected labels minus labels as given", anew_ce, given_ce
    yield "test accuracy of SL: its corrected labels minus labels as given", anew_sl, given_sl
    yield "test accuracy on SL's corrected labels: SL minus CE", anew_sl, anew_ce


def _in_points(test: Inference) -> str:
    interval = (100 * test.interval[0], 100 * test.interval[1]) if test.interval else None
    return with_interval(100 * test.mean, interval, 1)
