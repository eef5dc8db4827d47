"""What docs/reproduction-notes.md says of claims on classes in scaled-down and in full runs, against the records."""

import json
from pathlib import Path

import pytest
from scipy.stats import ttest_1samp

from sl.claims.measures import easy_memorised, spread_beyond_chance, under_learning
from sl.record import CLEAN, Run, Series, load_all, run_groups
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


def by_class(folder: str, loss: str) -> Series:
    """The runs under symmetric noise of 40 % in a folder of records that count by class."""
    found = [run for run in load_all(ROOT / "results" / folder) if (run.name("loss"), run.noise) == (loss, USUAL_NOISE)]
    return Series.of(run for run in found if run.probes["late"].training_by_class)


def clean_of(names: tuple[str, str, str]) -> Series:
    """CE on clean labels, in the group of these names."""
    groups = run_groups(load_all(ROOT / "results" / "runs" / names[0]))
    series = next(group for group in groups if group.names == names).series("ce", CLEAN)
    assert series is not None
    return series


def percent(series: Series) -> list[str]:
    """The memorised share of each true class's wrong labels, lowest first."""
    return [f"{100 * share:.0f}" for share in sorted(series.mean(Run.class_training, "late", "wrong_memorised"))]


def test_whose_wrong_labels_are_memorised_on_mnist() -> None:
    names = ("mnist", "paper", "authors_code")
    runs, clean = by_class("runs/mnist", "ce"), clean_of(names)
    assert runs.n == 3
    assert runs.mean(Run.class_training, "late", "wrong_memorised").argmin() == 1
    assert clean.mean(Run.stage_percent, "late").argmax() == 1
    least, second, *_, most = percent(runs)
    assert f"CE predicts {least} % of the wrong labels on images of the digit 1," in NOTES
    assert f"and {second} to {most} % on those of any other digit. This contradicts the claim." in NOTES
    assert verdicts(*names)["memorises_easy"] == "contradicted"


def test_whose_wrong_labels_are_memorised_on_small_cifar10() -> None:
    clean = clean_of(("cifar10", "cpu", "apl"))
    ce, sl = (by_class("parity/runs/cifar10", loss) for loss in ("ce", "sl"))
    assert ce.seeds == sl.seeds == clean.seeds == (0, 1, 2)
    easy = [easy_memorised(clean, series) for series in (ce, sl)]
    points = [f"{values.mean():.1f}".replace("-", "−") for values in easy]
    chance = [f"p = {ttest_1samp(values, 0).pvalue:.2f}" for values in easy]
    shares = [(percent(series)[0], percent(series)[-1]) for series in (ce, sl)]
    assert f"CE predicts {shares[0][0]} to {shares[0][1]} % in each class:" in NOTES
    assert f"do not differ ({points[0]} points beyond chance, {chance[0]})." in NOTES
    assert f"SL predicts {shares[1][0]} to {shares[1][1]} %, on images of easy classes fewer" in NOTES
    assert f"undecided too ({points[1]} points, {chance[1]})." in NOTES
