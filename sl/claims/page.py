"""results/claims.md and claims.json: every claim with its numbers, group by group."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from sl.claims.evaluate import all_outcomes, as_json
from sl.claims.outcome import GroupOutcomes, Outcome
from sl.claims.rule import ONE_CLASS, RULE, SURVIVES, Verdict
from sl.comparison.pairs import refusals
from sl.files import replace_file, replace_json, writing
from sl.numbers import signed, with_interval
from sl.paper import PAPER_EPOCHS
from sl.record import Run
from sl.record.shown import dataset_title
from sl.tables.formats import table
from sl.tables.layout import NOTHING, p_text
from sl.tables.published import Literature

HEADER = ("claim", "paper", "mean [95 % interval]", "by seed", "p", "verdict")


def write_all(runs: Sequence[Run], literature: Literature, out: Path) -> list[GroupOutcomes]:
    """Write claims.json and claims.md to `out` and return the outcomes; UserError if `out` cannot be written."""
    found = all_outcomes(runs, literature, out)
    with writing(out, "out"):
        replace_json(out / "claims.json", as_json(found))
        replace_file(out / "claims.md", markdown(found))
    return found


def markdown(found: Sequence[GroupOutcomes]) -> str:
    """The page claims.md, groups at the paper's scale first."""
    known: dict[str, list[tuple[str, Outcome]]] = defaultdict(list)
    for group in found:
        for outcome in group.claims:
            known[outcome.id].append((dataset_title(group.dataset), outcome))
    parts = ["# The paper's claims, tested on this project's records", RULE.strip()]
    parts += [part for group in found for part in _section(group)] + [unrecorded({group.dataset for group in found})]
    parts += ["## What is measured", "\n".join(f"- {_measured(outcomes)}" for outcomes in known.values())]
    parts.append("The records behind every verdict are named in [claims.json](claims.json).")
    return "\n\n".join(part for part in parts if part) + "\n"


def unrecorded(datasets: set[str]) -> str:
    """One line on the paper's data sets that are not in `datasets`; empty if all are."""
    return " ".join(
        f"{dataset_title(name)}: no finished run yet; `make reproduce-{name}` trains the runs."
        for name in PAPER_EPOCHS
        if name not in datasets
    )


def summary(group: GroupOutcomes) -> str:
    """How many of the group's claims have each verdict, in words."""
    counts = Counter(outcome.verdict for outcome in group.claims if not outcome.by_algebra)
    survivors = Counter(outcome.verdict for outcome in group.claims if outcome.survives)
    parts = [
        f"{counts[verdict]} {verdict}".replace(Verdict.LACKING, "without enough runs")
        + (f" ({survivors[verdict]} {SURVIVES})" if survivors[verdict] else "")
        for verdict in Verdict
        if counts[verdict]
    ]
    if proven := sum(outcome.by_algebra for outcome in group.claims):
        parts.append(f"{proven} by algebra")
    return f"{len(group.claims)} claims: {', '.join(parts)}"


def _section(group: GroupOutcomes) -> Iterable[str]:
    stages = ", ".join(f"{stage} {epoch}" for stage, epoch in group.stages.items())
    yield f"## {group.setting}"
    if group.caution:
        yield f"**{group.caution}**"
    yield f"{summary(group)}. {group.origin}. Epochs of the stages: {stages}."
    if group.differs:
        yield f"These runs differ from those of the same name above: {group.differs}."
    if group.losses:
        yield f"Losses: {', '.join(group.losses)}."
    if rows := [_row(outcome) for outcome in group.claims if outcome.verdict != Verdict.LACKING]:
        yield table(HEADER, rows)
    if refused := refusals(reason for outcome in group.claims for reason in outcome.refused):
        left = sum(bool(outcome.refused) for outcome in group.unmeasured)
        yield refused + (f" Claims left with too few pairs: {left}." if left else "")
    yield group.missing


def _row(outcome: Outcome) -> list[str]:
    paper = next((f"{one} ({one.confidence})" for one in outcome.reported if one.paper), NOTHING)
    pairs = zip(outcome.seeds, outcome.differences, strict=True)
    by_seed = ", ".join(f"{seed}: {signed(value)}" for seed, value in pairs)
    mean = "by algebra" if outcome.mean is None else with_interval(outcome.mean, outcome.interval)
    mean += f" (at {outcome.at_class})" if outcome.at_class else ""
    caveats = f" ({'; '.join(outcome.caveats)})" if outcome.caveats else ""
    verdict = f"**{outcome.verdict}**{mark(outcome)}{caveats}"
    return [outcome.claim, paper, mean, by_seed or NOTHING, p_text(outcome.p), verdict]


def mark(outcome: Outcome) -> str:
    """The signs behind a verdict: it survives the correction for the number of claims; it rests on one class."""
    return f" {SURVIVES}" * outcome.survives + f" {ONE_CLASS}" * bool(outcome.rests_on)


def _measured(outcomes: Sequence[tuple[str, Outcome]]) -> str:
    """How a claim is measured, and what others report on it; `outcomes` are all of the claim, each with a data set."""
    others = dict.fromkeys(
        f" Reported on {dataset}: {one} ({one.source}; {one.confidence})."
        for dataset, outcome in outcomes
        for one in outcome.reported
        if not one.paper
    )
    claim = outcomes[0][1]
    proof = f" It holds by algebra; `{claim.proof}` shows it." if claim.proof else ""
    return f"`{claim.id}` {claim.claim} Measured: {claim.statistic}.{proof}{''.join(others)}"
