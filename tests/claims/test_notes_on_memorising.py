"""Whose wrong labels are memorised, as docs/reproduction-notes.md has it, against the records."""

import pytest
from notes import NOTES, ROOT, cell, claims, full_run
from scipy.stats import ttest_1samp

from sl.claims.measures import easy_memorised
from sl.comparison import Series
from sl.paper import HIGHER_NOISE, USUAL_NOISE
from sl.record import CLEAN, Run, load_all

pytestmark = pytest.mark.results


def by_class(folder: str, loss: str) -> Series:
    """The runs under symmetric noise of 40 % in a folder of records that count by class, none of one term of SL."""
    found = [run for run in load_all(ROOT / "results" / folder) if (run.name("loss"), run.noise) == (loss, USUAL_NOISE)]
    whole = [run for run in found if 0 not in (run.config.loss.get("alpha"), run.config.loss.get("beta"))]
    return Series.of(run for run in whole if run.probes["late"].training_by_class)


def percent(series: Series) -> list[str]:
    """The memorised share of each true class's wrong labels, lowest first."""
    return [f"{100 * share:.0f}" for share in sorted(series.mean(Run.class_training, "late", "wrong_memorised"))]


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


def test_whose_wrong_labels_are_memorised_on_mnist() -> None:
    runs, clean = by_class("runs/mnist", "ce"), full_run("authors_code", "ce", CLEAN, "mnist")
    assert runs.n == 3
    assert runs.mean(Run.class_training, "late", "wrong_memorised").argmin() == 1
    assert clean.mean(Run.stage_percent, "late").argmax() == 1
    least, second, *_, most = percent(runs)
    assert f"CE predicts {least} % of the wrong labels on images of the digit 1," in NOTES
    assert f"and {second} to {most} % on those of any other digit. This contradicts the claim," in NOTES
    claim = claims("mnist", "paper", "authors_code")["memorises_easy"]
    assert claim["verdict"] == "contradicted"
    ((digit, left),) = claim["rests_on"].items()
    points = " instead of ".join(f"{value:.1f}".replace("-", "−").replace(" ", "") for value in (left, claim["mean"]))
    assert f"without the {digit} the difference is {points.replace(' instead', ' points instead')}." in NOTES
    sl = by_class("runs/mnist", "sl")
    assert sl.n == 3
    assert f"SL predicts about {percent(sl)[-1]} % at most on those of any digit." in NOTES


def test_whose_wrong_labels_are_memorised_on_small_cifar10() -> None:
    clean = cell("cpu", "apl", "ce", CLEAN)
    ce, sl = (by_class("parity/runs/cifar10", loss) for loss in ("ce", "sl"))
    assert ce.seeds == sl.seeds == clean.seeds == (0, 1, 2)
    easy = [easy_memorised(clean, series) for series in (ce, sl)]
    points = [f"{values.mean():.1f}".replace("-", "−") for values in easy]
    low, high = (f"{end:+.1f}".replace("-", "−") for end in ttest_1samp(easy[0], 0).confidence_interval())
    assert ttest_1samp(easy[0], 0).pvalue > 0.05
    p = ttest_1samp(easy[1], 0).pvalue
    shares = [(percent(series)[0], percent(series)[-1]) for series in (ce, sl)]
    assert f"CE predicts {shares[0][0]} to {shares[0][1]} % in each class:" in NOTES
    assert f"is undecided ({points[0]} points beyond chance [{low}, {high}])." in NOTES
    assert f"SL predicts {shares[1][0]} to {shares[1][1]} %, on images of easy classes fewer" in NOTES
    assert f"undecided too ({points[1]} points, p = {p:.2f})." in NOTES


def test_whose_wrong_labels_are_memorised_with_the_follow_ups_recipe() -> None:
    ce, sl = full_run("apl", "ce"), full_run("apl", "sl")
    assert (
        f"CE predicts {percent(ce)[0]} to {percent(ce)[-1]} % in each class, SL {percent(sl)[0]} % on images of auto"
        in NOTES
    )
    assert f"and {percent(sl)[-1]} % on those of cats." in NOTES
    names = sl.runs[0].class_names
    shares = sl.mean(Run.class_training, "late", "wrong_memorised")
    assert (names[shares.argmin()], names[shares.argmax()]) == ("automobile", "cat")
