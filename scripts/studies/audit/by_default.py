"""The study in short, for the README: audits by one run with the default recipe and all epochs."""

from collections.abc import Sequence
from statistics import fmean

from sl.numbers import signed
from sl.tables.formats import table
from studies.audit.family import Family
from studies.audit.overview import NONE, Record, accuracies, by_setting, difference, precision, precisions, rate
from studies.audit.study import AUTHORS

HEADER = (
    "labels", "wrong", "average precision: CE", "SL", "wrong by SL's estimate",
    "of the changed labels, wrong", "of the wrong labels, changed", "test accuracy, SL − CE (points)", "n",
)  # fmt: skip
CHANGES = ("recipe=", "scale.")  # overrides that change the recipe or the scale's shares


def in_short(records: Sequence[Record], family: Family) -> str:
    """A table in Markdown: audits by one run of SL beside one of CE.

    `family` has all comparisons of the study, with which the marks are corrected.
    """
    own = [one for one in records if not one["folds"] and not any(o.startswith(CHANGES) for o in one["overrides"])]
    pairs = {name: (cells["ce", 0], cells["sl", 0]) for name, cells in by_setting(own).items()}
    rows = []
    for name, (ce, sl) in pairs.items():
        if not ce.keys() & sl.keys():
            continue
        ranked = difference(precisions(sl), precisions(ce))
        gained = difference(*(accuracies(one, "trained_test_accuracy") for one in (sl, ce)))
        both = [(ce[seed], sl[seed]) for seed in sorted(ce.keys() & sl.keys())]
        decided = [one["measures"]["flagged"]["decision"] for _, one in both]
        rows.append([
            name.removesuffix(AUTHORS),
            _percent([rate(one, "true") for _, one in both], 1),
            f"{fmean(precision(one) for one, _ in both):.2f}",
            f"{fmean(precision(one) for _, one in both):.2f}{family.mark(ranked)}",
            _percent([rate(one, "estimated") for _, one in both], 1),
            *(_percent([one[which] for one in decided]) for which in ("precision", "recall")),
            signed(100 * gained.mean, 1) + family.mark(gained),
            str(len(both)),
        ])  # fmt: skip
    return table(HEADER, rows)


def _percent(shares: Sequence[float | None], decimals: int = 0) -> str:
    """The mean of `shares` in percent; a dash where one is None: an audit that changed nothing has no precision."""
    known = [share for share in shares if share is not None]
    return f"{100 * fmean(known):.{decimals}f} %" if len(known) == len(shares) else NONE
