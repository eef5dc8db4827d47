"""The paragraph at the top of the README: how many of the paper's claims hold."""

from collections.abc import Iterable, Sequence

from sl.claims.outcome import GroupOutcomes, Outcome
from sl.claims.rule import DECIDED, TESTED, Verdict
from sl.numbers import ends, plural
from sl.paper import PAPER_EPOCHS, USUAL_RECIPE
from sl.record.shown import dataset_title


def tally(found: Iterable[GroupOutcomes]) -> str:
    """How many claims have each verdict at the paper's scale by the authors' recipe, and which are contradicted there;
    how many claims scaled-down runs contradict. Verdicts by algebra do not count.
    """
    groups = [group for group in found if group.dataset in PAPER_EPOCHS]
    full = [group for group in groups if group.paper_scale and group.recipe == USUAL_RECIPE]
    full = [group for group in full if any(_of(group, verdict) for verdict in TESTED)]
    if not full:
        parts = [f"No claim is tested at the paper's scale by {USUAL_RECIPE} yet."]
    else:
        seeds = [one.n for group in full for verdict in TESTED for one in _of(group, verdict)]
        setting = f"({USUAL_RECIPE}, n = {ends(seeds)})"
        parts = [f"**The paper's claims, in our words, at its scale {setting}.**", *map(_counts, full)]
        parts += _contradicted(full)
    parts += [_against(group, full) for group in groups if not group.paper_scale and _of(group, Verdict.CONTRADICTED)]
    return " ".join(parts)


def _of(group: GroupOutcomes, verdict: Verdict) -> list[Outcome]:
    """The claims of the group with this verdict, without those shown by algebra."""
    return [one for one in group.claims if one.verdict == verdict and not one.by_algebra]


def _counts(group: GroupOutcomes) -> str:
    """The sentence on a group: how many of its claims have each verdict, and how many have no test."""
    found = [_of(group, verdict) for verdict in TESTED]
    counts = [f"{len(one)} {verdict}{_corrected(one)}" for verdict, one in zip(TESTED, found, strict=True)]
    name, untested = dataset_title(group.dataset), len(group.claims) - sum(map(len, found))
    return f"{name} ({plural(len(group.claims), 'claim')}): {', '.join(counts)}, {untested} untested."


def _corrected(claims: Sequence[Outcome]) -> str:
    """How many of the verdicts survive the correction for the number of claims; "" for none and for undecided ones."""
    decided = [one for one in claims if one.verdict in DECIDED]
    return f" (corrected: {sum(one.survives for one in decided)})" if decided else ""


def _contradicted(full: Iterable[GroupOutcomes]) -> list[str]:
    """The sentence that quotes the contradicted claims, with what weakens each verdict; [] if there are none."""
    told: dict[str, list[str]] = {}
    for group in full:
        for one in _of(group, Verdict.CONTRADICTED):
            on = "; ".join([dataset_title(group.dataset), *one.caveats])
            told.setdefault(one.claim.rstrip("."), []).append(on)
    parts = [f"“{claim}” ({'; '.join(on)})" for claim, on in told.items()]
    return [f"Contradicted: {'; '.join(parts)}."] if parts else []


def _against(group: GroupOutcomes, full: Iterable[GroupOutcomes]) -> str:
    """How many claims a scaled-down group contradicts, and how many of these the same data set supports in `full`."""
    claims = _of(group, Verdict.CONTRADICTED)
    name, ids = dataset_title(group.dataset), {one.id for one in claims}
    counted = f"{plural(len(claims), 'claim')}{_corrected(claims)}"
    text = f"Scaled-down runs of {name} ({group.recipe}) contradict {counted}"
    for other in full:
        if other.dataset == group.dataset:
            held = sum(one.id in ids for one in _of(other, Verdict.SUPPORTED))
            text += f", of which the paper's scale supports {held}"
    return f"{text}."
