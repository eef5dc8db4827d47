"""Compares SL with every other loss over the seeds that both ran; tables mark the significant differences."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sl.comparison import RunGroup, paired_difference
from sl.comparison.pairs import refusals
from sl.record import Noise
from sl.stats import FEWEST, SIGNIFICANT, Inference, adjusted, infer, significant
from sl.tables.results import STATISTICS

MARK = " *"


@dataclass(frozen=True)
class Comparison:
    """SL minus another loss under one noise, in points; `refused` says which pairs were not compared, and why."""

    difference: Inference
    refused: tuple[str, ...] = ()
    p_adjusted: float | None = None

    @property
    def mark(self) -> str:
        """The mark if the difference is significant after correction, else an empty string."""
        return mark(self.p_adjusted)


Comparisons = Mapping[tuple[str, Noise], Comparison]


def mark(p: float | None) -> str:
    """The mark of a difference whose (corrected) p is `p`; an empty string if it is not significant."""
    return MARK if significant(p) else ""


def comparisons(group: RunGroup, statistic: str) -> Comparisons:
    """SL minus every other loss under each noise with runs of both; p is corrected for all tests of the group.

    Pages that show a part of the group mark its differences by these p too: a difference has one mark everywhere.
    A loss that shares no seed with SL has a comparison of 0 pairs.
    """
    others = [(loss, noise) for noise in group.noises for loss in group.losses if loss != "sl"]
    found = {key: compared for key in others if (compared := _compare(group, *key, statistic))}
    corrected = adjusted([one.difference for one in found.values()])
    return {key: replace(one, p_adjusted=p) for (key, one), p in zip(found.items(), corrected, strict=True)}


def mark_note(found: Comparisons, which: str = "with SL in this setting") -> str:
    """A sentence that says what a mark means, and in words which comparisons `found` are; empty if none was tested."""
    tests = sum(one.difference.tested for one in found.values())
    meaning = (
        f"{MARK.strip()}: differs from SL under the same noise, p < {SIGNIFICANT} (Student's t over the seeds that "
        f"both ran, {FEWEST} at least){correction_note(tests, which)}."
    )
    return meaning if tests else ""


def correction_note(tests: int, which: str) -> str:
    """A phrase, to follow "p < ...", that says how the marks are corrected; empty for one test, which needs none."""
    return f", corrected for the {tests} comparisons {which} (Benjamini and Hochberg)" if tests > 1 else ""


def notes(found: Comparisons) -> list[str]:
    """Sentences that say what a mark means and which pairs were refused."""
    lines = [mark_note(found), refusals(reason for one in found.values() for reason in one.refused)]
    return [line for line in lines if line]


def _compare(group: RunGroup, loss: str, noise: Noise, statistic: str) -> Comparison | None:
    other, sl = group.series(loss, noise), group.series("sl", noise)
    if other is None or sl is None:
        return None
    difference, refused = paired_difference(other, sl, STATISTICS[statistic])
    return Comparison(infer(100 * difference), tuple(refused))
