"""What docs/reproduction-notes.md says of memorising and classes in scaled-down and full runs, against the records."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import yaml
from scipy.stats import ttest_1samp

from sl.claims.measures import easy_memorised, spread_beyond_chance
from sl.record import CLEAN, Noise, Run, Series, load_all
from sl.record.group_order import in_order
from sl.record.paper import BOOSTED, HIGHER_NOISE, USUAL_NOISE

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


def cell(scale: str, recipe: str, loss: str, noise: Noise = USUAL_NOISE, dataset: str = "cifar10") -> Series:
    """The runs of a loss and noise in the group of these names."""
    groups = in_order(load_all(ROOT / "results" / "runs" / dataset))  # of equal names the one that pages show first
    series = next(group for group in groups if group.names == (dataset, scale, recipe)).series(loss, noise)
    assert series is not None
    return series


full_run = partial(cell, "paper")


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
    assert f"| full runs, `apl` (n = 2) | +{-np.mean(followup):.1f} |" in NOTES
    assert f"| scaled-down runs, `apl` (n = 6) | +{-np.mean(small_followup):.1f} |" in NOTES
    assert f"| scaled-down runs, `authors_code` (n = 3) | +{-np.mean(small_authors):.1f} (undecided) |" in NOTES
    assert all(ttest_1samp(values, 0).pvalue < 0.05 for values in (authors, small_followup))
    assert ttest_1samp(small_authors, 0).pvalue > 0.05
    assert max(*followup, *small_followup, *small_authors) < 0 < min(authors)


def test_sl_ends_lower_with_the_follow_ups_recipe_in_full_runs() -> None:
    assert "In the published figures, and in our full runs, it ends lower than with the authors' recipe." in NOTES
    authors, followup = (full_run(recipe, "sl").stack(Run.last_percent) for recipe in ("authors_code", "apl"))
    assert max(followup) < min(authors)


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


def late(series: Series, share: str, digits: int = 0) -> str:
    """A share of the training labels late in evaluation mode, in %, mean of its runs."""
    return f"{100 * np.mean([getattr(run.probes['late'].training, share) for run in series.runs]):.{digits}f}"


def predicted(ce: Series, sl: Series) -> str:
    """What the page says of the labels that CE and SL predict."""
    wrong, right = ([late(series, f) for series in (ce, sl)] for f in ("wrong_memorised", "right_accuracy"))
    return (
        f"CE predicts {wrong[0]} % of the wrong labels, SL {wrong[1]} %; of the right ones {right[0]} and {right[1]} %"
    )


def test_where_the_lead_comes_from() -> None:
    ce, sl = full_run("authors_code", "ce"), full_run("authors_code", "sl")
    wrong = [late(series, "wrong_memorised", 1) for series in (ce, sl)]
    assert f"(epoch 100 of 120, n = {ce.n}). CE hardly memorises: it predicts {wrong[0]} % of the wrong labels" in NOTES
    others = [100 - float(late(one, "wrong_memorised", 1)) - float(late(one, "wrong_corrected", 1)) for one in (ce, sl)]
    chance = [f"{share / 8:.0f}" for share in others]  # of each of the other wrong classes
    assert f", SL {wrong[1]} %; chance alone gives {chance[1]} to {chance[0]} %." in NOTES
    right = [late(series, "right_accuracy") for series in (ce, sl)]
    assert f"right labels: CE predicts {right[0]} % of them, SL {right[1]} %." in NOTES
    mnist = [full_run("authors_code", loss, dataset="mnist") for loss in ("ce", "sl")]
    wrong = [late(series, "wrong_memorised") for series in mnist]
    assert (
        f"CE predicts {wrong[0]} % of the wrong labels, SL {wrong[1]} %; both predict over 99 % of the right" in NOTES
    )
    assert min(float(late(series, "right_accuracy", 1)) for series in mnist) > 99
    small = [cell("cpu", "apl", loss) for loss in ("ce", "sl")]
    assert f"(epoch 100 of 120, n = {small[0].n}). {predicted(*small)}." in NOTES


def test_which_full_runs_are_of_the_later_commit() -> None:
    later = "GCE, LSR, CE on clean labels, and CE and SL under 60 %. The others, of commit d0b6a6b,"
    assert f"of commit 01c7f35 have it: those with `apl`, and seeds 1 and 2 of {later}" in NOTES
    paper = [run for run in load_all(ROOT / "results" / "runs" / "cifar10") if run.name("scale") == "paper"]
    usual = {"ce", "sl"}
    for run in paper:
        repeated = run.seed > 0 and not (run.noise == USUAL_NOISE and run.name("loss") in usual)
        expected = "01c7f35" if run.name("recipe") == "apl" or repeated else "d0b6a6b"
        assert (run.header.provenance.commit or "").startswith(expected)


def test_full_runs_are_close_to_the_papers_table_and_the_replication() -> None:
    assert "With the authors' recipe each is within two points of the first two rows." in NOTES
    for loss, rows in (("ce", (78.70, 76.66)), ("sl", (85.34, 83.72))):
        assert all(abs(full_run("authors_code", loss).mean(Run.last_percent) - row) < 2 for row in rows)
        assert all(f" {row:.2f} |" in NOTES for row in rows)


def test_what_full_runs_with_the_follow_ups_recipe_show() -> None:
    ce, sl = full_run("apl", "ce"), full_run("apl", "sl")
    assert ce.n == sl.n == 2
    last = [series.stack(Run.last_percent).mean() for series in (ce, sl)]
    weight = f"A {sl.runs[0].config.loss['log_zero']:.2f}".replace("-", "−")
    assert f"(`apl`, n = 2, {weight}) CE ends at {last[0]:.2f} and SL at {last[1]:.2f}, each within 0.2 points" in NOTES
    published = yaml.safe_load((ROOT / "results" / "paper" / "epsilon_softmax.yaml").read_text(encoding="utf-8"))
    (table,) = [one for one in published["tables"] if one["dataset"] == "cifar10" and "symmetric 0.4" in one["columns"]]
    column = table["columns"].index("symmetric 0.4")
    assert "A -4" in table["note"]
    assert "the follow-up's recipe, A −4, last epoch" in NOTES
    for mean, loss in zip(last, ("ce", "sl"), strict=True):
        assert abs(mean - float(str(table["rows"][loss][column]).split()[0])) < 0.25
    assert f"(epoch 100 of 120, n = {ce.n}, so without a verdict). {predicted(ce, sl)}. So it depends on" in NOTES
    assert (
        f"CE predicts {percent(ce)[0]} to {percent(ce)[-1]} % in each class, SL {percent(sl)[0]} % on images of auto"
        in NOTES
    )
    assert f"and {percent(sl)[-1]} % on those of cats." in NOTES
    names = sl.runs[0].class_names
    by_class = sl.mean(Run.class_training, "late", "wrong_memorised")
    assert (names[by_class.argmin()], names[by_class.argmax()]) == ("automobile", "cat")


def test_whose_wrong_labels_are_memorised_under_60_percent() -> None:
    found = []
    for loss in ("ce", "sl"):
        runs = full_run("authors_code", loss, HIGHER_NOISE).runs
        counted = Series.of(run for run in runs if run.probes["late"].training_by_class)
        shares = counted.mean(Run.class_training, "late", "wrong_memorised")
        names = counted.runs[0].class_names
        assert (counted.n, names[shares.argmin()], names[shares.argmax()]) == (2, "automobile", "cat")
        found.append(percent(counted))
    (ce, sl), text = found, "With `authors_code` under 60 % (n = 2) CE predicts"
    assert f"{text} {ce[0]} % on automobiles and {ce[-1]} % on cats, SL {sl[0]} and {sl[-1]} %." in NOTES


def by_class(folder: str, loss: str) -> Series:
    """The runs under symmetric noise of 40 % in a folder of records that count by class, none of one term of SL."""
    found = [run for run in load_all(ROOT / "results" / folder) if (run.name("loss"), run.noise) == (loss, USUAL_NOISE)]
    whole = [run for run in found if 0 not in (run.config.loss.get("alpha"), run.config.loss.get("beta"))]
    return Series.of(run for run in whole if run.probes["late"].training_by_class)


def percent(series: Series) -> list[str]:
    """The memorised share of each true class's wrong labels, lowest first."""
    return [f"{100 * share:.0f}" for share in sorted(series.mean(Run.class_training, "late", "wrong_memorised"))]


def test_whose_wrong_labels_are_memorised_on_mnist() -> None:
    runs, clean = by_class("runs/mnist", "ce"), full_run("authors_code", "ce", CLEAN, "mnist")
    assert runs.n == 3
    assert runs.mean(Run.class_training, "late", "wrong_memorised").argmin() == 1
    assert clean.mean(Run.stage_percent, "late").argmax() == 1
    least, second, *_, most = percent(runs)
    assert f"CE predicts {least} % of the wrong labels on images of the digit 1," in NOTES
    assert f"and {second} to {most} % on those of any other digit. This contradicts the claim." in NOTES
    assert verdicts("mnist", "paper", "authors_code")["memorises_easy"] == "contradicted"
    sl = by_class("runs/mnist", "sl")
    assert sl.n == 3
    assert f"SL predicts at most {percent(sl)[-1]} % on those of any digit." in NOTES


def test_whose_wrong_labels_are_memorised_on_small_cifar10() -> None:
    clean = cell("cpu", "apl", "ce", CLEAN)
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


def weighted(**weights: float) -> Series:
    """The runs of SL with these weights on MNIST at the paper's scale, 40 % symmetric noise."""
    groups = in_order(load_all(ROOT / "results" / "runs" / "mnist"))
    group = next(group for group in groups if group.names == ("mnist", "paper", "authors_code"))
    (found,) = (series for values, series in group.variants("sl", USUAL_NOISE) if weights.items() <= values.items())
    return found


def test_what_each_part_of_sl_brings_on_mnist() -> None:
    def ends(loss: str) -> str:
        series = full_run("authors_code", loss, dataset="mnist")
        assert series.seeds == (0, 1, 2)
        return f"{series.mean(Run.last_percent):.2f}"

    assert f"SL ends at {ends('sl')}, CE at {ends('ce')}." in NOTES
    assert (
        f"RCE alone ends at {ends('rce')}: that SL is better with both of its terms is undecided, as on digits" in NOTES
    )
    for title, loss in (("LSR", "lsr"), ("Forward", "forward"), ("Bootstrap, hard", "bootstrap_hard")):
        assert f"| {title} | {ends(loss)} | {ends(BOOSTED[loss])} |" in NOTES
    heavy_ce, heavy_rce = (weighted(**weights) for weights in ({"alpha": 5, "beta": 0}, {"alpha": 0, "beta": 5}))
    ce, sl = (full_run("authors_code", loss, dataset="mnist").mean(Run.last_percent) for loss in ("ce", "sl"))
    gained = heavy_ce.mean(Run.last_percent)
    assert f"CE with weight 5 ends at {gained:.2f}, less than SL, but {gained - ce:.0f} points above CE" in NOTES
    one, two, three = (f"{run.last_percent():.2f}" for run in heavy_rce.runs)
    assert f"RCE with weight 5 ends at {one}, {two} and {three} in the three runs" in NOTES
    assert [int((100 * run.class_curve()[-1] < 1).sum()) for run in heavy_rce.runs] == [1, 0, 2]
    assert f"differs from SL's by {sl - heavy_rce.mean(Run.last_percent):.0f} points, which is undecided" in NOTES
    boot = full_run("authors_code", "bootstrap_sl", dataset="mnist")
    assert all(min(run.class_curve()[-1]) == 0 for run in boot.runs)
    assert "in each run at least one class ends at 0 %" in NOTES
    plain, boosted = (
        late(full_run("authors_code", loss, dataset="mnist"), "wrong_memorised") for loss in ("lsr", "lsr_sl")
    )
    assert f"LSR predicts {boosted} % of the wrong labels late, in evaluation mode, itself {plain} %." in NOTES
    mnist, digits = (verdicts(dataset, "paper", "authors_code") for dataset in ("mnist", "digits"))
    assert (mnist["sl_needs_both_rce"], digits["sl_needs_both_rce"]) == ("undecided", "undecided")
    boosts = [mnist[f"sl_boosts_{loss}"] for loss in ("lsr", "forward", "bootstrap_hard")]
    assert boosts == ["supported", "supported", "contradicted"]
    assert [mnist[f"sl_needs_both_{alone}_weight_5"] for alone in ("ce", "rce")] == ["supported", "undecided"]
