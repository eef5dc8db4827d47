"""The README's table of the main claims, with a column for each group of runs."""

from collections.abc import Iterable

from sl.claims.outcome import GroupOutcomes, Outcome
from sl.claims.page import mark, summary, unrecorded
from sl.claims.rule import ONE_CLASS, SURVIVES, TESTED, Verdict
from sl.numbers import ends, signed
from sl.paper import PAPER_EPOCHS
from sl.record.shown import dataset_title
from sl.tables.formats import table
from sl.tables.layout import NOTHING
from sl.tables.published import UNCHECKED


def findings(found: Iterable[GroupOutcomes]) -> str:
    """A table of the main claims and all contradicted ones on the paper's data sets, with legend and notes (Markdown).

    Groups at the paper's scale come first. Groups without a verdict are left out; the page of claims has them and the
    other claims.
    """
    shown = [group for group in found if group.dataset in PAPER_EPOCHS]
    tested = [group for group in shown if any(map(_tested, group.claims))]
    known = {outcome.id: outcome.claim.rstrip(".") for group in tested for outcome in group.claims}
    told = {outcome.id for group in tested for outcome in group.claims if _told(outcome)}
    header = ("claim", *(_title(group) for group in tested))
    rows = [(known[claim], *(_cell(group, claim) for group in tested)) for claim in known if claim in told]
    legend = (
        "Mean differences in percentage points, above 0 where the claim is right; at every class: that of the class "
        "whose gain is least sure; easy and hard classes: one half of the classes minus the other. "
        f"{SURVIVES}: survives the correction for the number of claims. {ONE_CLASS}: rests on one class. "
        "Intervals and verdicts leave out the choice of test images (small CIFAR-10: 200 a class). "
        f"{NOTHING}: not measured, or too few runs. {UNCHECKED}: as remembered, not checked against the paper."
    )
    missing = unrecorded({group.dataset for group in shown})
    notes = [*map(_note, tested), *([f"- {missing}"] if missing else [])]
    return "\n\n".join([*([table(header, rows)] if rows else []), legend, "\n".join(notes)])


def _tested(outcome: Outcome) -> bool:
    """Whether the claim has a verdict that rests on runs, not on algebra."""
    return outcome.verdict in TESTED and not outcome.by_algebra


def _told(outcome: Outcome) -> bool:
    return outcome.verdict == Verdict.CONTRADICTED or (outcome.headline and outcome.verdict in TESTED)


def _title(group: GroupOutcomes) -> str:
    return f"{dataset_title(group.dataset)}, {group.badge}, {group.recipe}"


def _cell(group: GroupOutcomes, claim: str) -> str:
    outcome = next((one for one in group.claims if one.id == claim and one.verdict in TESTED), None)
    if outcome is None or outcome.mean is None:  # by algebra, without a run
        return NOTHING
    verdict = f"**{outcome.verdict}**" if outcome.verdict == Verdict.CONTRADICTED else outcome.verdict
    papers = [f" (paper {one})" for one in outcome.reported if one.paper and group.paper_scale]
    return f"{signed(outcome.mean, 1)} {verdict}{mark(outcome)}{''.join(papers)}"


def _note(group: GroupOutcomes) -> str:
    """The note on a group's column: how many claims have each verdict, and on how many seeds the verdicts rest."""
    seeds = [outcome.n for outcome in group.claims if _tested(outcome)]
    caution = f" {group.caution}" if group.caution else ""
    return f"- **{_title(group)}** (n = {ends(seeds)}). {summary(group)}.{caution}"
