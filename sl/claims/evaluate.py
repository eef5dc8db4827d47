"""Tests every claim on every group of runs. All pages of claims are rendered from these outcomes."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from sl.claims.catalogue import catalogue
from sl.claims.claim import Claim
from sl.claims.measures import evaluated, training_shares
from sl.claims.missing_runs import command
from sl.claims.one_class import rests_on
from sl.claims.outcome import GroupOutcomes, Outcome
from sl.claims.rule import DECIDED, RULE, decide
from sl.comparison import RunGroup, matched
from sl.comparison.group_order import in_order, recipe_differences
from sl.comparison.titles import named_loss, origin, setting
from sl.comparison.usual_recipe import usual_recipe
from sl.files import relative
from sl.numbers import plural
from sl.paper import USUAL_NOISE
from sl.record import Run
from sl.record.shown import loss_order
from sl.scale import paper_scale, scale_name
from sl.stats import Inference, adjusted, infer_weakest, significant
from sl.tables.compare import beside
from sl.tables.published import Literature

MEMORISES = 40.0  # percent of the wrong labels; if CE predicts fewer, a loss can prevent little


def evaluate(claim: Claim, group: RunGroup, out: Path) -> Outcome:
    """Measure a claim on the seeds that all its cells share and that may be compared; `survives` is set later."""
    found = [cell.series(group) for cell in claim.cells]
    present = [series for series in found if series]
    paired, refused = matched(*present) if len(present) == len(found) else ([], [])
    values = np.reshape(claim.measure(*paired), (paired[0].n, -1)) if paired else np.empty((0, 1))
    measured = np.flatnonzero(np.isfinite(values).all(axis=1)).tolist()
    seeds = tuple(paired[0].seeds[row] for row in measured)
    weakest, result = infer_weakest(values[measured])
    verdict = decide(result, exact=bool(claim.proof))
    return Outcome(
        id=claim.id,
        topic=claim.topic,
        claim=claim.sentence,
        statistic=claim.statistic,
        headline=claim.headline,
        verdict=verdict,
        survives=False,
        seeds=seeds,
        differences=tuple(values[measured, weakest].tolist()),
        mean=result.mean if result.n else None,
        interval=result.interval,
        p=result.p,
        p_adjusted=None,
        n=result.n,
        at_class=paired[0].runs[0].class_names[weakest] if values.shape[1] > 1 and seeds else "",
        rests_on=rests_on(claim, paired, result.mean) if verdict in DECIDED else {},
        reading=claim.reading,
        proof=claim.proof,
        cells={cell.title: series.n if series else 0 for cell, series in zip(claim.cells, found, strict=True)},
        refused=tuple(refused),
        reported=claim.reported,
        records=tuple(relative(run.path, out) for series in paired for run in series.runs if run.seed in seeds),
    )


def outcomes(group: RunGroup, literature: Literature, out: Path = Path()) -> tuple[Outcome, ...]:
    """Every claim measured on one group, with p corrected for their number; record paths are relative to `out`."""
    dataset, scale, recipe = group.names
    classes = len(group.head.class_names)
    # a data set with other classes may have the same name as one of the paper's
    facts = [fact for fact in literature.facts if max(fact.better, fact.worse) < classes]
    known = replace(literature, tables=beside(group, literature.tables, "last epoch"), facts=facts)
    claims = catalogue(dataset, recipe, known, usual=recipe == usual_recipe(dataset, scale))
    found = [evaluate(claim, group, out) for claim in claims]
    corrected = adjusted([Inference(np.nan, outcome.n, outcome.interval, outcome.p) for outcome in found])
    return tuple(
        replace(outcome, p_adjusted=p, survives=significant(p)) for outcome, p in zip(found, corrected, strict=True)
    )


def all_outcomes(runs: Iterable[Run], literature: Literature, out: Path) -> list[GroupOutcomes]:
    """The outcomes of every group with a finished run, groups at the paper's scale first.

    Groups on labels as given are left out: nobody knows how many of these labels are wrong.
    """
    groups = [group for group in in_order(runs) if group.runs and not group.head.labels_given]
    pairs = zip(groups, recipe_differences(groups), strict=True)
    return [group_outcomes(group, literature, out, differs) for group, differs in pairs]


def group_outcomes(group: RunGroup, literature: Literature, out: Path, differs: str) -> GroupOutcomes:
    """The outcomes of a group; `differs` says how it differs from the first group of the same names, if it does."""
    head, (dataset, scale, recipe) = group.head, group.names
    measured = outcomes(group, literature, out)
    return GroupOutcomes(
        dataset=dataset,
        scale=scale,
        recipe=recipe,
        paper_scale=paper_scale(head),
        badge=scale_name(head),
        setting=setting(head),
        origin=origin(group.runs) + _diverged(group),
        stages=head.stages.model_dump(),
        caution=caution(group),
        differs=differs,
        losses=compared(group, measured, out),
        command="" if differs else command(dataset, scale, recipe),  # it would train the first group
        claims=measured,
    )


def _diverged(group: RunGroup) -> str:
    """A phrase with the number of diverged runs; empty if there are none."""
    return f" · {plural(len(group.diverged), 'run')} diverged, in no claim" if group.diverged else ""


def compared(group: RunGroup, found: Iterable[Outcome], out: Path) -> tuple[str, ...]:
    """The losses that the measured claims among `found` compare, each with its parameters in this group."""
    records = {record for outcome in found for record in outcome.records}
    losses = {run.name("loss") for run in group.runs if relative(run.path, out) in records}
    return tuple(named_loss(loss, group.variant(loss)) for loss in sorted(losses, key=loss_order))


def caution(group: RunGroup) -> str:
    """A warning if CE memorises few wrong labels, else "": no loss can prevent overfitting that does not happen."""
    series = group.series("ce", USUAL_NOISE)
    if not series:
        return ""
    in_evaluation = evaluated(series)
    shares = [training_shares(run, "late", in_evaluation).wrong_memorised for run in series.runs]
    known = [share for share in shares if share is not None]
    share = 100 * float(np.mean(known)) if known else MEMORISES
    if share >= MEMORISES:
        return ""
    how = "in evaluation mode" if in_evaluation else "while it trains on augmented images"
    return (
        f"CE memorises little here: late it predicts {share:.0f} % of the wrong labels, {how} "
        f"({USUAL_NOISE.title}, n = {series.n}); we call less than {MEMORISES:.0f} % little. "
        "So these runs say little about how well a loss resists memorising."
    )


def as_json(found: Sequence[GroupOutcomes]) -> dict[str, Any]:
    """The content of results/claims.json."""
    return {"format": 7, "rule": RULE, "groups": [asdict(group) for group in found]}
