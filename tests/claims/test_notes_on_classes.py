"""What docs/reproduction-notes.md says of claims on classes in scaled-down and in full runs, against the records."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from scipy.stats import ttest_1samp

from sl.claims.measures import easy_memorised, spread_beyond_chance
from sl.record import CLEAN, Noise, Run, Series, load_all, run_groups
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
    assert [cifar10[claim] for claim in AGAINST] == ["supported"] * 4
    assert "three of these are supported and one is undecided, on CIFAR-10 all four are supported." in NOTES


def full_run(recipe: str, loss: str, noise: Noise = USUAL_NOISE) -> Series:
    """A cell of CIFAR-10 at the paper's scale."""
    groups = run_groups(load_all(ROOT / "results" / "runs" / "cifar10"))
    series = next(group for group in groups if group.names == ("cifar10", "paper", recipe)).series(loss, noise)
    assert series is not None
    return series


def apart(series: Series) -> str:
    """How far the classes of its runs lie apart late, beyond chance, as the page has it."""
    points = series.stack(spread_beyond_chance, "late")
    return f"{points.min():.0f} to {points.max():.0f}"


def test_how_far_classes_lie_apart_in_full_runs() -> None:
    clean, noisy = full_run("authors_code", "ce", CLEAN), full_run("authors_code", "ce")
    right = f"{apart(clean)} points apart with clean labels (n = {clean.n})"
    assert f"{right}, and {apart(noisy)} with wrong ones (n = {noisy.n}), beyond chance;" in NOTES
    assert f"those of SL lie {apart(full_run('authors_code', 'sl'))} apart." in NOTES
    ce, sl = full_run("apl", "ce"), full_run("apl", "sl")
    assert f"with `apl` (n = {ce.n}) those of CE lie {apart(ce)} points apart with wrong labels too" in NOTES
    assert f"and those of SL {apart(sl)}. CE memorises" in NOTES


def test_what_full_runs_with_the_follow_ups_recipe_show() -> None:
    ce, sl = full_run("apl", "ce"), full_run("apl", "sl")
    assert ce.n == sl.n == 2
    last = [series.stack(Run.last_percent).mean() for series in (ce, sl)]
    assert f"(`apl`, n = 2) CE ends at {last[0]:.2f} and SL at {last[1]:.2f}, each within 0.2 points" in NOTES
    published = yaml.safe_load((ROOT / "results" / "paper" / "epsilon_softmax.yaml").read_text(encoding="utf-8"))
    (table,) = [one for one in published["tables"] if one["dataset"] == "cifar10" and "symmetric 0.4" in one["columns"]]
    column = table["columns"].index("symmetric 0.4")
    for mean, loss in zip(last, ("ce", "sl"), strict=True):
        assert abs(mean - float(str(table["rows"][loss][column]).split()[0])) < 0.25
    wrong, right = (
        [
            f"{100 * np.mean([getattr(run.probes['late'].training, share) for run in series.runs]):.0f}"
            for series in (ce, sl)
        ]
        for share in ("wrong_memorised", "right_accuracy")
    )
    assert f"CE predicts {wrong[0]} % of the wrong labels, SL {wrong[1]} %; of the right ones {right[0]}" in NOTES
    assert f"the right ones {right[0]} and {right[1]} %. So it depends on the recipe" in NOTES
    assert (
        f"CE predicts {percent(ce)[0]} to {percent(ce)[-1]} % in each class, SL {percent(sl)[0]} % on images of auto"
        in NOTES
    )
    assert f"and {percent(sl)[-1]} % on those of cats." in NOTES
    names = sl.runs[0].class_names
    by_class = sl.mean(Run.class_training, "late", "wrong_memorised")
    assert (names[by_class.argmin()], names[by_class.argmax()]) == ("automobile", "cat")


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
