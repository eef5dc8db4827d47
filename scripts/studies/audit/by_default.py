"""The study in short, for the README: audits by one run with the default recipe and all epochs."""

from collections.abc import Sequence
from statistics import fmean

from sl.numbers import signed
from sl.tables.formats import table
from studies.audit.overview import NONE, Record, accuracies, by_setting, difference, marks, precision, precisions, rate
from studies.audit.study import AUTHORS

HEADER = (
    "labels", "wrong", "average precision: CE", "SL", "wrong by SL's estimate",
    "changed by SL's audit: really wrong", "wrong labels: changed", "test accuracy, SL − CE (points)", "n",
)  # fmt: skip
CHANGES = ("recipe=", "scale.")  # overrides that change the recipe or the scale's shares


def in_short(records: Sequence[Record]) -> str:
    """A table in Markdown: audits by one run of SL beside one of CE; marks corrected for all comparisons in it."""
    own = [one for one in records if not one["folds"] and not any(o.startswith(CHANGES) for o in one["overrides"])]
    pairs = {name: (cells["ce", 0], cells["sl", 0]) for name, cells in by_setting(own).items()}
    settings = {name: (ce, sl) for name, (ce, sl) in pairs.items() if ce.keys() & sl.keys()}
    tests = []
    for ce, sl in settings.values():
        accuracy = [accuracies(records, "trained_test_accuracy") for records in (sl, ce)]
        tests.append([difference(precisions(sl), precisions(ce)), difference(*accuracy)])
    rows = []
    for (name, (ce, sl)), row, (ranked, gained) in zip(settings.items(), tests, marks(tests), strict=True):
        both = [(ce[seed], sl[seed]) for seed in sorted(ce.keys() & sl.keys())]
        decided = [one["measures"]["flagged"]["decision"] for _, one in both]
        rows.append([
            name.removesuffix(AUTHORS),
            _percent([rate(one, "true") for _, one in both], 1),
            f"{fmean(precision(one) for one, _ in both):.2f}",
            f"{fmean(precision(one) for _, one in both):.2f}{ranked}",
            _percent([rate(one, "estimated") for _, one in both], 1),
            *(_percent([one[which] for one in decided]) for which in ("precision", "recall")),
            signed(100 * row[1].mean, 1) + gained,
            str(len(both)),
        ])  # fmt: skip
    return table(HEADER, rows)


def _percent(shares: Sequence[float | None], decimals: int = 0) -> str:
    """The mean of `shares` in percent; a dash where one is None: an audit that changed nothing has no precision."""
    known = [share for share in shares if share is not None]
    return f"{100 * fmean(known):.{decimals}f} %" if len(known) == len(shares) else NONE
