"""The paragraph at the top of the README: how many of the paper's claims hold."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from sl.claims.outcome import GroupOutcomes
from sl.claims.rule import TESTED, Verdict
from sl.numbers import ends, plural
from sl.paper import PAPER_EPOCHS, USUAL_RECIPE
from sl.record.shown import dataset_title


def tally(found: Sequence[GroupOutcomes]) -> str:
    """How many claims hold at the paper's scale with the authors' recipe, and how many scaled-down runs contradict.

    A claim is counted once, however many data sets it is tested on; where these disagree, under all their verdicts.
    """
    groups = [group for group in found if group.dataset in PAPER_EPOCHS]
    full = [group for group in groups if group.paper_scale and group.recipe == USUAL_RECIPE]
    held = {verdict: _datasets(full, verdict) for verdict in TESTED}
    tested = {claim for claims in held.values() for claim in claims}
    parts = [_headline(full, held) if tested else f"No claim is tested at the paper's scale by {USUAL_RECIPE} yet."]
    parts += _contradicted(full)
    if proven := {outcome.id for group in full for outcome in group.claims if outcome.by_algebra}:
        parts.append(f"Shown by algebra: {len(proven)} more.")
    if lacking := _datasets(full, Verdict.LACKING).keys() - tested:
        parts.append(f"Too few runs for a verdict: {len(lacking)}.")
    small = [group for group in groups if not group.paper_scale]
    for dataset in dict.fromkeys(group.dataset for group in small):
        against = [
            (group.recipe, outcome)
            for group in small
            for outcome in group.claims
            if group.dataset == dataset and outcome.verdict == Verdict.CONTRADICTED
        ]
        if against:
            recipes = dict.fromkeys(recipe for recipe, _ in against)
            claims = dict.fromkeys(outcome.id for _, outcome in against)
            sure = {outcome.id for _, outcome in against if outcome.survives}
            corrected = "" if len(sure) == len(claims) else f" ({len(sure) or 'none'} after correction)"
            parts.append(
                f"Scaled-down runs of {dataset_title(dataset)} (recipe {', '.join(recipes)}) contradict "
                f"{plural(len(claims), 'claim')}{corrected}. {_at_full(dataset, claims, held)}."
            )
    return " ".join(parts)


def _at_full(dataset: str, claims: Collection[str], held: Mapping[Verdict, Mapping[str, set[str]]]) -> str:
    """How many of `claims` have which verdict at the paper's scale, in words; `held` maps verdicts to `_datasets`.

    The verdict on `dataset` counts if there is one, else those on the other data sets; each names its data set. Where
    groups disagree, all their verdicts are named.
    """
    counts = Counter[str]()
    for claim in claims:
        on = {verdict: datasets[claim] for verdict, datasets in held.items() if claim in datasets}
        places = [(verdict, name) for verdict, datasets in on.items() for name in sorted(datasets)]
        same = [(verdict, name) for verdict, name in places if name == dataset]
        told = [f"{verdict} on {dataset_title(name)}" for verdict, name in same or places]
        counts[", ".join(told) or "without a verdict"] += 1
    parts = [f"{_of_these(number, len(claims))} {what}" for what, number in sorted(counts.items())]
    return f"By {USUAL_RECIPE} at the paper's scale {'; '.join(parts)}"


def _of_these(number: int, of: int) -> str:
    """Subject and verb of a sentence on `number` of the claims named before, which are `of` in total."""
    if number < of:
        return f"{number} of these {'is' if number == 1 else 'are'}"
    return f"all {of} are" if of > 1 else "it is"


def _headline(full: Sequence[GroupOutcomes], held: Mapping[Verdict, Mapping[str, set[str]]]) -> str:
    """How many claims have each verdict, on which data sets and seeds; `held` maps verdicts to `_datasets`."""
    outcomes = ((group.dataset, one) for group in full for one in group.claims if one.verdict in TESTED)
    pairs = [(dataset, one.n) for dataset, one in outcomes if not one.by_algebra]
    names, seeds = dict.fromkeys(dataset_title(dataset) for dataset, _ in pairs), [n for _, n in pairs]
    verdicts: dict[str, tuple[Verdict, ...]] = {}
    for verdict, claims in held.items():
        for claim in claims:
            verdicts[claim] = (*verdicts.get(claim, ()), verdict)
    counts = Counter(verdicts.values())
    spread = _spread_over(held, verdicts)
    details = {verdict: _resting(full, verdict, verdicts) for verdict in (Verdict.SUPPORTED, Verdict.UNDECIDED)}
    details[Verdict.SUPPORTED] = [*spread, *details[Verdict.SUPPORTED]]
    numbers = [
        f"{counts[verdict,] or 'none'} {verdict}" + (f" ({', '.join(told)})" if (told := details.get(verdict)) else "")
        for verdict in TESTED
    ]
    numbers += [
        f"{number} {' on one data set, '.join(several)} on another"
        for several, number in sorted(counts.items())
        if len(several) > 1
    ]
    where = "; ".join([f"recipe {USUAL_RECIPE}", *([] if spread else [", ".join(names)]), f"n = {ends(seeds)}"])
    claims_tested = plural(len(verdicts), "claim")
    return f"**{claims_tested} of the paper, in our words, tested at its scale ({where}): {'; '.join(numbers)}.**"


def _spread_over(
    held: Mapping[Verdict, Mapping[str, set[str]]], verdicts: Mapping[str, tuple[Verdict, ...]]
) -> list[str]:
    """How many supported claims hold on which data sets; [] if all hold on the same ones; `held` as `_datasets`."""
    places = [on for claim, on in held[Verdict.SUPPORTED].items() if verdicts[claim] == (Verdict.SUPPORTED,)]
    counts = Counter(" and ".join(map(dataset_title, sorted(on))) + " alone" * (len(on) == 1) for on in places)
    return [f"{count} on {where}" for where, count in counts.most_common()] if len(counts) > 1 else []


def _resting(full: Sequence[GroupOutcomes], verdict: Verdict, verdicts: Mapping[str, tuple[Verdict, ...]]) -> list[str]:
    """How many claims with only this verdict rest on one class on all data sets; empty if none does."""
    on: dict[str, list[bool]] = {}
    for group in full:
        for one in group.claims:
            if one.verdict == verdict and verdicts.get(one.id) == (verdict,):
                on.setdefault(one.id, []).append(bool(one.rests_on))
    count = sum(map(all, on.values()))
    return [f"{count} {'rests' if count == 1 else 'rest'} on one class"] if count else []


def _contradicted(full: Iterable[GroupOutcomes]) -> list[str]:
    """The sentence that quotes the contradicted claims, with what weakens each verdict; [] if there are none."""
    told: dict[str, list[str]] = {}
    for group in full:
        for one in group.claims:
            if one.verdict == Verdict.CONTRADICTED:
                on = "; ".join([dataset_title(group.dataset), *one.caveats])
                told.setdefault(one.claim.rstrip("."), []).append(on)
    parts = [f"“{claim}” ({'; '.join(on)})" for claim, on in told.items()]
    return [f"Contradicted: {'; '.join(parts)}."] * bool(parts)


def _datasets(groups: Iterable[GroupOutcomes], verdict: Verdict) -> dict[str, set[str]]:
    """By claim id, the data sets on which the claim has `verdict`; claims shown by algebra are left out."""
    found: dict[str, set[str]] = {}
    for group in groups:
        for outcome in group.claims:
            if outcome.verdict == verdict and not outcome.by_algebra:
                found.setdefault(outcome.id, set()).add(group.dataset)
    return found
