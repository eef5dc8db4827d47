"""What people read of the claims: results/claims.md, and the verdicts and findings on the README's first screen."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sl.claims.outcome import GroupOutcomes, Outcome, all_outcomes, as_json
from sl.claims.rule import RULE, SURVIVES, Verdict
from sl.files import replace_file, replace_json, writing
from sl.numbers import plural, signed, with_interval
from sl.record import Run
from sl.record.pairs import refusals
from sl.record.paper import PAPER_EPOCHS, USUAL_RECIPE
from sl.record.titles import dataset_title
from sl.tables.formats import table
from sl.tables.published import UNCHECKED, Literature

TESTED = (Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.UNDECIDED)
HEADER = ("claim", "paper", "mean [95 % interval]", "by seed", "p", "verdict")


def write_all(runs: Sequence[Run], literature: Literature, out: Path) -> list[GroupOutcomes]:
    """Write claims.json and claims.md of `runs` to the folder `out`, which UserError names if it cannot be written."""
    found = all_outcomes(runs, literature, out)
    with writing(out, "out"):
        replace_json(out / "claims.json", as_json(found))
        replace_file(out / "claims.md", markdown(found))
    return found


def markdown(found: Sequence[GroupOutcomes]) -> str:
    """The whole page, the paper's scale first."""
    known = {outcome.id: outcome for group in found for outcome in group.claims}
    parts = ["# The paper's claims, tested on this project's records", RULE.strip()]
    parts += [part for group in found for part in _section(group)] + [unrecorded({group.dataset for group in found})]
    parts += ["## What is measured", "\n".join(f"- {_measured(outcome)}" for outcome in known.values())]
    parts.append("The records behind every verdict are named in [claims.json](claims.json).")
    return "\n\n".join(part for part in parts if part) + "\n"


def findings(found: Iterable[GroupOutcomes]) -> str:
    """The main claims on the paper's data sets in short sentences, the paper's scale first, and all contradicted ones.

    Of scaled-down runs only what contradicts the paper is told, of groups without any verdict nothing; the page of
    claims has the rest.
    """
    shown = [group for group in found if group.dataset in PAPER_EPOCHS]
    tested = [group for group in shown if any(outcome.verdict in TESTED for outcome in group.claims)]
    lines = [line for group in tested for line in _findings(group)]
    lines += [f"- {text}" for text in (unrecorded({group.dataset for group in shown}),) if text]
    lines.append(
        f"\n{SURVIVES}: survives the correction for the number of claims. {UNCHECKED}: not checked. Numbers are mean "
        "differences in percentage points. [results/claims.md](results/claims.md) has the rule, every claim and its "
        "interval."
    )
    return "\n".join(lines)


def tally(found: Sequence[GroupOutcomes]) -> str:
    """How many of the paper's claims hold at its scale by the authors' recipe, and what scaled-down runs contradict.

    A claim is counted once, however many data sets it is asked of; where these disagree, once under each verdict.
    """
    groups = [group for group in found if group.dataset in PAPER_EPOCHS]
    full = [group for group in groups if group.paper_scale and group.recipe == USUAL_RECIPE]
    held = {verdict: _datasets(full, verdict) for verdict in TESTED}
    tested = {claim for claims in held.values() for claim in claims}
    parts = [_headline(full, held) if tested else f"No claim is tested at the paper's scale by {USUAL_RECIPE} yet."]
    if proven := {outcome.id for group in full for outcome in group.claims if outcome.by_algebra}:
        parts.append(f"Shown by algebra: {len(proven)} more.")
    if lacking := _datasets(full, Verdict.LACKING).keys() - tested:
        parts.append(f"Too few runs for a verdict: {len(lacking)}.")
    small = [group for group in groups if not group.paper_scale]
    for dataset in dict.fromkeys(group.dataset for group in small):
        against = [
            (group.recipe, outcome.id)
            for group in small
            for outcome in group.claims
            if group.dataset == dataset and outcome.verdict == Verdict.CONTRADICTED and not outcome.by_algebra
        ]
        if against:
            recipes, claims = (dict.fromkeys(each) for each in zip(*against, strict=True))
            parts.append(
                f"Scaled-down runs of {dataset_title(dataset)} (recipe {', '.join(recipes)}) contradict "
                f"{plural(len(claims), 'claim')}: {_at_full(dataset, claims, held)}."
            )
    return " ".join(parts)


def _at_full(dataset: str, claims: Iterable[str], held: Mapping[Verdict, Mapping[str, set[str]]]) -> str:
    """How many of `claims` have which verdict at the paper's scale; `held` as `_datasets`.

    On the same data set where there is one; else on the others, which are named.
    """
    counts = Counter[str]()
    for claim in claims:
        on = {verdict: datasets[claim] for verdict, datasets in held.items() if claim in datasets}
        same = [verdict for verdict, datasets in on.items() if dataset in datasets]
        others = [
            f"{verdict} on {dataset_title(name)}" for verdict, datasets in on.items() for name in sorted(datasets)
        ]
        counts[same[0] if same else ", ".join(others) or "without a verdict"] += 1
    return "at the paper's scale " + "; ".join(
        f"{number} {'is' if number == 1 else 'are'} {what}" for what, number in sorted(counts.items())
    )


def _headline(full: Sequence[GroupOutcomes], held: Mapping[Verdict, Mapping[str, set[str]]]) -> str:
    """How many claims hold, and on which data sets and how many seeds that rests; `held` as `_datasets`."""
    tested = ((group.dataset, one) for group in full for one in group.claims if one.verdict in TESTED)
    pairs = [(dataset, one.n) for dataset, one in tested if not one.by_algebra]
    names, seeds = dict.fromkeys(dataset_title(dataset) for dataset, _ in pairs), [n for _, n in pairs]
    where = f"recipe {USUAL_RECIPE}; {', '.join(names)}; n = {' to '.join(map(str, sorted({min(seeds), max(seeds)})))}"
    numbers = []
    for verdict, claims in held.items():
        several = sum(len(datasets) > 1 for datasets in claims.values())
        more = f", {several} of them on more than one data set" if several else ""
        numbers.append(f"{len(claims) or 'none'} {verdict}{more}")
    return f"**The paper's claims at its scale ({where}), each counted once: {'; '.join(numbers)}.**"


def _datasets(groups: Iterable[GroupOutcomes], verdict: Verdict) -> dict[str, set[str]]:
    """The data sets on which each claim has a verdict, by the claim's id; what algebra shows is left out."""
    found: dict[str, set[str]] = {}
    for group in groups:
        for outcome in group.claims:
            if outcome.verdict == verdict and not outcome.by_algebra:
                found.setdefault(outcome.id, set()).add(group.dataset)
    return found


def unrecorded(datasets: set[str]) -> str:
    """The data sets of the paper that are not in `datasets`, in one line."""
    return " ".join(
        f"{dataset_title(name)}: no finished run yet; `make reproduce-{name}` trains the runs."
        for name in PAPER_EPOCHS
        if name not in datasets
    )


def summary(group: GroupOutcomes) -> str:
    """How many claims have each verdict."""
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
        yield refused + (f" {left} claims are left with too few pairs." if left else "")
    yield group.missing


def _row(outcome: Outcome) -> list[str]:
    paper = next((f"{one} ({one.confidence})" for one in outcome.reported if one.paper), "–")
    pairs = zip(outcome.seeds, outcome.differences, strict=True)
    by_seed = ", ".join(f"{seed}: {signed(value)}" for seed, value in pairs)
    p = "–" if outcome.p is None else f"{outcome.p:.2g}"
    mean = "by algebra" if outcome.mean is None else with_interval(outcome.mean, outcome.interval)
    return [outcome.claim, paper, mean, by_seed or "–", p, f"**{outcome.verdict}**{_mark(outcome)}"]


def _mark(outcome: Outcome) -> str:
    return f" {SURVIVES}" if outcome.survives else ""


def _papers(outcome: Outcome) -> str:
    return "".join(f"; paper {one}" for one in outcome.reported if one.paper)


def _measured(outcome: Outcome) -> str:
    others = "".join(f" Reported: {one} ({one.source}; {one.confidence})." for one in outcome.reported if not one.paper)
    proof = f" It holds by algebra; `{outcome.proof}` shows it." if outcome.proof else ""
    return f"`{outcome.id}` {outcome.claim} Measured: {outcome.statistic}.{proof}{others}"


def _findings(group: GroupOutcomes) -> Iterable[str]:
    caution = f"{group.caution} " if group.caution else ""
    yield f"- **{dataset_title(group.dataset)}, {group.badge}, recipe {group.recipe}.** {caution}{summary(group)}."
    for verdict in TESTED if group.paper_scale else (Verdict.CONTRADICTED,):
        every = verdict == Verdict.CONTRADICTED
        shown = [one for one in group.claims if one.verdict == verdict and (one.headline or every)]
        if shown:
            main = "" if every else ", the main ones"
            seeds = ", ".join(map(str, sorted({outcome.n for outcome in shown})))
            sentences = [
                f"{one.claim.rstrip('.')} ({signed(one.mean or 0, 1)}{_mark(one)}{_papers(one)})." for one in shown
            ]
            yield f"  - *{verdict.capitalize()}*{main} (n = {seeds}): {' '.join(sentences)}"
