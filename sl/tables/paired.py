"""SL against every other loss over the seeds that both ran: which differences a table may mark."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sl.record import Noise, Run, Sheet, paired_difference
from sl.stats import Estimate, estimate, holm, least_p, sign_flip
from sl.tables.results import STATISTICS

FEWEST_PAIRS = 6  # the least with which a two-sided sign-flip test can reach p < 0.05
SIGNIFICANT = 0.05
MARK = " *"


@dataclass(frozen=True)
class Comparison:
    """SL minus another loss under one noise, in points; `p` and its Holm correction only from six pairs on."""

    difference: Estimate
    p: float | None = None
    corrected: float | None = None

    @property
    def mark(self) -> str:
        """The mark where the difference is significant after correction, nothing otherwise."""
        return MARK if self.corrected is not None and self.corrected < SIGNIFICANT else ""


Comparisons = Mapping[tuple[str, Noise], Comparison]


def comparisons(sheet: Sheet, statistic: str) -> Comparisons:
    """Every loss that shares a seed with SL under a noise; Holm's correction is over the losses of that noise."""
    found: dict[tuple[str, Noise], Comparison] = {}
    for noise in sheet.noises:
        compared = {(loss, noise): _compare(sheet, loss, noise, statistic) for loss in sheet.losses if loss != "sl"}
        shared = {key: comparison for key, comparison in compared.items() if comparison.difference.n}
        tested = {key: comparison.p for key, comparison in shared.items() if comparison.p is not None}
        corrected = dict(zip(tested, holm(list(tested.values())), strict=True))
        found |= {key: replace(comparison, corrected=corrected.get(key)) for key, comparison in shared.items()}
    return found


def note(found: Comparisons) -> str:
    """What a mark means, or why there is none."""
    most = max((comparison.difference.n for comparison in found.values()), default=0)
    if most < FEWEST_PAIRS:
        return (
            f"No difference from SL is marked as significant: a paired sign-flip test needs {FEWEST_PAIRS} seeds to "
            f"reach p < {SIGNIFICANT}, SL and another loss share {most} at most."
        )
    tested = [noise for (_, noise), comparison in found.items() if comparison.p is not None]
    largest = max(map(tested.count, tested))
    return (
        f"*: differs from SL under the same noise, p < {SIGNIFICANT}: two-sided sign-flip permutation test over the "
        f"seeds that both ran ({FEWEST_PAIRS} at least), corrected over the losses of a column (Holm). With {largest} "
        f"losses tested in a column and {most} seeds the first p cannot be below {largest * least_p(most):.3g}."
    )


def _compare(sheet: Sheet, loss: str, noise: Noise, statistic: str) -> Comparison:
    other, sl = sheet.series(loss, noise), sheet.series("sl", noise)
    if other is None or sl is None:
        return Comparison(estimate([]))

    def percent(run: Run) -> float:
        return 100 * STATISTICS[statistic](run)

    values = paired_difference(other, sl, percent)
    return Comparison(estimate(values), sign_flip(values) if len(values) >= FEWEST_PAIRS else None)
