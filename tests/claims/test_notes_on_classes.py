"""What docs/reproduction-notes.md says of claims on classes in scaled-down and in full runs, against the records."""

import json
from pathlib import Path

import pytest

from sl.claims.measures import spread_beyond_chance, under_learning
from sl.record import CLEAN, Series, load_all, run_groups
from sl.record.paper import USUAL_NOISE

pytestmark = pytest.mark.results
ROOT = Path(__file__).parents[2]
NOTES = " ".join((ROOT / "docs" / "reproduction-notes.md").read_text(encoding="utf-8").split())
AGAINST = {"spread_noisy_late", "hard_under_learn", "sl_narrows_spread", "sl_lifts_hardest_most_60"}


def verdicts(dataset: str, scale: str, recipe: str) -> dict[str, str]:
    """The verdict on every claim of the first group of these names."""
    groups = json.loads((ROOT / "results" / "claims.json").read_text(encoding="utf-8"))["groups"]
    group = next(one for one in groups if (one["dataset"], one["scale"], one["recipe"]) == (dataset, scale, recipe))
    return {claim["id"]: claim["verdict"] for claim in group["claims"]}


def test_which_claims_on_classes_small_runs_contradict() -> None:
    small = verdicts("cifar10", "cpu", "apl")
    assert {claim for claim, verdict in small.items() if verdict == "contradicted"} == AGAINST
    mnist, cifar10 = (verdicts(dataset, "paper", "authors_code") for dataset in ("mnist", "cifar10"))
    assert sorted(mnist[claim] for claim in AGAINST) == ["supported"] * 3 + ["undecided"]
    assert {claim for claim in AGAINST if cifar10[claim] == "supported"} == {"sl_narrows_spread"}
    assert [cifar10[claim] for claim in AGAINST].count("not enough runs") == 3
    assert "On MNIST at the paper's scale three of these are supported and one is undecided." in NOTES


def test_how_far_classes_lie_apart_in_full_runs() -> None:
    groups = run_groups(load_all(ROOT / "results" / "runs" / "cifar10"))
    full = next(group for group in groups if group.names == ("cifar10", "paper", "authors_code"))
    clean, noisy = full.series("ce", CLEAN), full.series("ce", USUAL_NOISE)
    assert clean is not None
    assert noisy is not None
    (right,) = clean.stack(spread_beyond_chance, "late")
    wrong = noisy.stack(spread_beyond_chance, "late")
    low, high = wrong.min(), wrong.max()
    apart = f"{right:.0f} points apart with clean labels (n = {clean.n}), and {low:.0f} to {high:.0f} with wrong ones"
    assert f"{apart} (n = {noisy.n}), beyond chance." in NOTES
    three = Series(clean.runs * noisy.n)  # the one clean run, beside each noisy one
    assert (under_learning(three, noisy) > 0).all()
