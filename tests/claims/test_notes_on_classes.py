"""What docs/reproduction-notes.md says of classes in scaled-down and full runs, against the records."""

import numpy as np
import pytest
import yaml
from notes import NOTES, ROOT, cell, claims, full_run, verdicts
from scipy.stats import ttest_1samp, ttest_ind

from sl.claims.measures import harder_minus_easier, recognised, spread_beyond_chance
from sl.comparison import Series
from sl.paper import HIGHER_NOISE, USUAL_NOISE
from sl.record import CLEAN, Noise, Run
from sl.stats import infer

pytestmark = pytest.mark.results
AGAINST = {"spread_noisy_late", "hard_under_learn", "sl_narrows_spread", "sl_lifts_hardest_most_60"}


def test_which_claims_on_classes_small_runs_contradict() -> None:
    small = verdicts("cifar10", "cpu", "apl")
    assert {claim for claim, verdict in small.items() if verdict == "contradicted"} == AGAINST
    mnist, cifar10 = (verdicts(dataset, "paper", "authors_code") for dataset in ("mnist", "cifar10"))
    assert sorted(mnist[claim] for claim in AGAINST) == ["supported"] * 3 + ["undecided"]
    assert [cifar10[claim] for claim in AGAINST] == ["supported"] * 4
    assert "three of these are supported and one is undecided, on CIFAR-10 all four are supported." in NOTES


def apart(series: Series) -> str:
    """How far the classes of its runs lie apart late, beyond chance, as the page has it."""
    points = series.stack(spread_beyond_chance, "late")
    return f"{points.min():.0f} to {points.max():.0f}"


def test_how_far_classes_lie_apart_in_full_runs() -> None:
    clean, noisy = full_run("authors_code", "ce", CLEAN), full_run("authors_code", "ce")
    right = f"CE's spread, late and beyond chance, is {apart(clean)} points with clean labels (n = {clean.n})"
    wrong = f"{apart(noisy)} with wrong ones (n = {noisy.n}); SL's is {apart(full_run('authors_code', 'sl'))}."
    assert f"{right}, and {wrong}" in NOTES
    ce, sl = full_run("apl", "ce"), full_run("apl", "sl")
    assert f"in full runs its spread is {apart(ce)} points, SL's {apart(sl)}." in NOTES


def evenness(scale: str, recipe: str, seeds: int) -> list[float]:
    """Spread of the classes under CE minus that under SL, late and beyond chance, of each of the `seeds`."""
    ce, sl = (cell(scale, recipe, loss) for loss in ("ce", "sl"))
    assert ce.seeds == sl.seeds == tuple(range(seeds))
    return list(ce.stack(spread_beyond_chance, "late") - sl.stack(spread_beyond_chance, "late"))


def test_recipe_and_scale_both_change_whose_classes_lie_closer_together() -> None:
    authors, followup = evenness("paper", "authors_code", 3), evenness("paper", "apl", 2)
    small_followup, small_authors = evenness("cpu", "apl", 6), evenness("cpu", "authors_code", 3)
    assert f"| full runs, `authors_code` (n = 3) | −{np.mean(authors):.1f} |" in NOTES
    assert f"| full runs, `apl` (n = 2) | +{-np.mean(followup):.1f} (no verdict) |" in NOTES
    assert f"| scaled-down runs, `apl` (n = 6) | +{-np.mean(small_followup):.1f} |" in NOTES
    assert f"| scaled-down runs, `authors_code` (n = 3) | +{-np.mean(small_authors):.1f} (undecided) |" in NOTES
    assert all(ttest_1samp(values, 0).pvalue < 0.05 for values in (authors, small_followup))
    assert ttest_1samp(small_authors, 0).pvalue > 0.05
    assert max(*followup, *small_followup, *small_authors) < 0 < min(authors)
    scale = ttest_ind(authors, small_authors, equal_var=False).pvalue
    moved = [np.mean(authors) - np.mean(other) for other in (small_authors, followup)]
    of_scale = (
        f"a change of the scale alone moves the difference by {moved[0]:.1f} points (Welch's t test, p = {scale:.2f})"
    )
    assert f"{of_scale}, of the recipe alone by {moved[1]:.1f} (n = 2, no verdict)." in NOTES


def test_distance_of_each_class_from_the_replication() -> None:
    lines = yaml.safe_load((ROOT / "results" / "paper" / "kth.yaml").read_text(encoding="utf-8"))["classes"]
    apart: dict[int, list[str]] = {10: [], 100: []}
    for line in lines:
        if line["epoch"] in apart:
            own = full_run("authors_code", line["loss"], CLEAN if line["noise"] == "none" else USUAL_NOISE)
            off = np.abs(own.mean(Run.class_percent, line["epoch"]) - line["accuracy"]).mean()
            apart[line["epoch"]].append(f"{off:.1f}")
    clean, *noisy = apart[100]
    assert clean == min(apart[100])
    late = f"differ by {clean} (CE, clean) to {max(noisy)} points on average over the ten classes"
    early = [f"{off:.0f}" for off in sorted(map(float, apart[10]))]
    assert f"{late}, at epoch 10 by {early[0]} to {early[-1]}." in NOTES


def test_hard_classes_lose_a_smaller_part_of_their_errors() -> None:
    clean = full_run("authors_code", "ce", CLEAN)
    right = np.tile(clean.mean(Run.stage_percent, "late"), (3, 1))
    names = clean.runs[0].class_names
    said = []
    for noise in (USUAL_NOISE, HIGHER_NOISE):
        ce, sl = (100 * full_run("authors_code", loss, noise).stack(Run.class_curve)[:, -1] for loss in ("ce", "sl"))
        less = 100 * (sl - ce) / (100 - ce)
        found = infer(harder_minus_easier(right, less))
        assert found.interval is not None
        assert found.interval[1] < 0
        said.append(f"{found.mean:.1f} points of the errors" if not said else f"{found.mean:.1f}")
        said[-1] += f" [{found.interval[0]:.1f}, {found.interval[1]:.1f}]"
        if noise == USUAL_NOISE:
            shares = [f"{less.mean(0)[names.index(name)]:.0f} %" for name in ("cat", "truck")]
            assert f"SL removes {shares[0]} of CE's errors on cats and {shares[1]} of those on trucks." in NOTES
    text = f"{said[0]} under 40 % noise, {said[1]} under 60 %.".replace("-", "−")
    assert f"Harder half minus easier half: {text}" in NOTES
    gained = claims("cifar10", "paper", "authors_code")["sl_lifts_hardest_most_40"]
    assert f"{gained['mean']:.1f} more than the easy ones on CIFAR-10 at the paper's scale" in NOTES


def test_which_verdicts_rest_on_one_digit() -> None:
    mnist = claims("mnist", "paper", "authors_code")
    resting = ("memorises_easy", "sl_lifts_hardest_most_60", "sl_lifts_hardest_most_40")
    rests = {name: list(one["rests_on"]) for name, one in mnist.items() if one["rests_on"]}
    assert rests == {key: ["1"] for key in resting}
    cifar10 = claims("cifar10", "paper", "authors_code")
    rests = {name: list(one["rests_on"]) for name, one in cifar10.items() if one["rests_on"]}
    assert rests == {"sl_lifts_hardest_most_60": ["frog"]}
    assert "On CIFAR-10 at 60 % the verdict that hard classes gain most rests on frogs, at 40 % on no class." in NOTES
    spread = np.ptp(full_run("authors_code", "ce", CLEAN, "mnist").mean(Run.stage_percent, "late"))
    assert spread < 2
    assert "accuracies on clean labels lie within two points." in NOTES


def test_whether_class_3_is_learnt_less() -> None:
    def learnt(loss: str, noise: Noise, dataset: str) -> float:
        return float(np.mean([recognised(run) for run in full_run("authors_code", loss, noise, dataset).runs]))

    cells = (("ce", USUAL_NOISE), ("ce", CLEAN), ("sl", USUAL_NOISE))
    noisy, clean, sl = (f"{learnt(*cell, 'cifar10'):.1f} %" for cell in cells)
    assert (
        f"CE predicts {noisy} of its rightly labelled images as class 3, with clean labels {clean}, and SL {sl}."
        in NOTES
    )
    assert min(learnt(*cell, "mnist") for cell in cells) > 99
    assert "On MNIST all three are above 99 %." in NOTES
    fallen = claims("cifar10", "paper", "authors_code")["ce_confidence_low"]["mean"]
    assert abs(fallen - 40) < 1
