"""What claims measure, against numbers worked out another way."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import synthetic
from claim_records import Made, accuracies, run_group_of

from sl.claims.catalogue import catalogue
from sl.claims.claim import Cell, SameProduct
from sl.claims.measures import (
    class_gap,
    confidence,
    decline,
    difference,
    easy_decline,
    easy_memorised,
    excess_spread,
    harder_minus_easier,
    hardest_lifted,
    least_lifted,
    memorised,
    memorised_less,
    more_fitted,
    more_memorised,
    others_mean,
    separated,
    spread_beyond_chance,
    under_learning,
)  # fmt: skip
from sl.claims.outcome import all_outcomes
from sl.claims.page import markdown
from sl.claims.rule import Verdict
from sl.record import STAGES, Noise, Run, RunGroup, Series, load_all, read, run_groups
from sl.record.paper import USUAL_NOISE
from sl.record.schema import Config, Data, Epoch, Header, Probe, Stages, TrainingShares
from sl.stats import infer
from sl.tables import Literature

EQUAL_CLASSES = Probe.model_construct(confusion=np.diag([200, 200, 200]).tolist())
CE = Made("ce", 0.4, accuracies(0.9, 0.5), accuracies(0.9, 0.5))


def run_of(counts: list[int], accuracy: list[float]) -> Run:
    """A run whose test set has so many images of each class."""
    data = Data.model_construct(class_names=["?"] * len(counts))
    header = Header.model_construct(stages=Stages.model_construct(early=1, middle=1, late=1), data=data)
    probe = Probe.model_construct(confusion=np.diag(counts).tolist())
    return Run(header, (Epoch.model_construct(class_accuracy=accuracy),), dict.fromkeys(STAGES, probe))


def test_spread_beyond_chance_by_hand() -> None:
    """Variance seen 0.04; by chance (0.21 + 0.25 + 0.21) / 3 / 100."""
    expected = 40 * math.sqrt(1 - 0.67 / 300 / 0.04)
    assert spread_beyond_chance(run_of([101] * 3, [0.7, 0.5, 0.3]), "late") == pytest.approx(expected)
    assert spread_beyond_chance(run_of([101] * 3, [0.5] * 3), "late") == 0
    assert math.isnan(spread_beyond_chance(run_of([50, 0], [0.8, np.nan]), "late"))


def test_a_class_with_one_test_image_has_no_variance_to_take_away() -> None:
    """Seen (0.4² + 0.1² + 0.3²) / 2; by chance (0 + 0.25 + 0.21) / 3 / 100."""
    expected = 70 * math.sqrt(1 - 0.46 / 300 / 0.13)
    assert spread_beyond_chance(run_of([1, 101, 101], [1.0, 0.5, 0.3]), "late") == pytest.approx(expected)


def test_classes_without_test_images_are_left_out() -> None:
    full, holed = run_of([50, 50], [0.9, 0.4]), run_of([50, 50, 0], [0.9, 0.4, np.nan])
    assert spread_beyond_chance(holed, "late") == pytest.approx(spread_beyond_chance(full, "late"))


@pytest.mark.parametrize(("true", "images"), [(0.0, 200), (0.0, 1000), (0.1, 200), (0.3, 36), (0.3, 200), (0.3, 1000)])
def test_chance_makes_little_difference_between_two_accuracies(true: float, images: int) -> None:
    """Classes `true` apart at 80 and 55 %; 400 runs each. The plain spread grows by some points as accuracy falls."""
    random, found, plain = np.random.default_rng(6), [], []
    for mean in (0.8, 0.55):
        accuracies = np.linspace(mean - true / 2, mean + true / 2, 10)
        drawn = random.binomial(images, accuracies, (400, 10)) / images
        found.append(np.mean([spread_beyond_chance(run_of([images] * 10, row.tolist()), "late") for row in drawn]))
        plain.append(100 * np.ptp(drawn, axis=1).mean())
    assert abs(found[1] - found[0]) < 1
    assert abs(plain[1] - plain[0]) > abs(found[1] - found[0]) or plain[1] - plain[0] < 0.5
    if true:
        assert found == pytest.approx([100 * true] * 2, abs=1.2)
    else:
        assert max(found) < 0.35 * max(plain)


@pytest.mark.parametrize("claim", ["spread_noisy_early", "lsr_no_cure", "sl_narrows_spread"])
def test_claims_on_the_spread_are_zero_where_classes_are_equal(claim: str) -> None:
    """Invented runs of both cells of the claim, of equal classes and of another accuracy in each cell."""
    (asked,) = (one for one in catalogue("cifar10", "authors_code", Literature(), usual=True) if one.id == claim)
    random, cells = np.random.default_rng(7), []
    for accuracy in (0.85, 0.55):
        drawn = (random.binomial(200, accuracy, (100, 10)) / 200).tolist()
        cells.append(Series(tuple(run_of([200] * 10, line) for line in drawn)))
    differences = asked.measure(*cells)
    assert abs(differences.mean()) < 3 * differences.std() / 10  # three standard errors


def test_others_mean_leaves_the_seed_out() -> None:
    values = np.array([[1.0, 10.0], [2.0, 20.0], [6.0, 60.0]])
    assert others_mean(values).tolist() == [[4.0, 40.0], [3.5, 35.0], [1.5, 15.0]]
    assert np.isnan(others_mean(values[:1])).all()


def test_the_harder_half_has_the_lower_accuracies() -> None:
    easy = [[0, 1, 6, 8, 9], [5, 6, 7, 8, 9], [0, 1, 2, 3, 4]]
    found = np.array([[0.9 if k in classes else 0.5 for k in range(10)] for classes in easy]) + np.arange(10) / 100
    values = np.arange(30.0).reshape(3, 10) ** 2
    expected = [
        (line.sum() - line[classes].sum()) / 5 - line[classes].sum() / 5
        for line, classes in zip(values, easy, strict=True)
    ]
    assert harder_minus_easier(found, values) == pytest.approx(expected)
    odd = harder_minus_easier(np.array([[0.1, 0.5, 0.9]]), np.array([[1.0, 20.0, 4.0]]))
    assert odd == pytest.approx([1 - 4])  # the class in the middle is in neither half
    assert np.isnan(harder_minus_easier(np.full((1, 2), np.nan), values[:1, :2])).all()


def test_equal_classes_do_not_under_learn() -> None:
    """By its own split into halves each seed would seem to lose less at the harder half."""
    clean, noisy = (
        series_of(np.random.default_rng(seed).binomial(200, share, (300, 1, 10)) / 200, late=1)
        for seed, share in ((1, 0.8), (2, 0.5))
    )
    repeats = [under_learning(Series(clean.runs[k : k + 3]), Series(noisy.runs[k : k + 3])) for k in range(0, 300, 3)]
    means = np.mean(repeats, axis=1)
    assert abs(means.mean()) < 3 * means.std() / 10  # three standard errors


def series_of(curves: np.ndarray, late: int = 3) -> Series:
    """Runs with these class-wise accuracies (n, E, K) and nothing else."""
    header = Header.model_construct(
        stages=Stages.model_construct(late=late),
        config=Config.model_construct(seed=0),
        data=Data.model_construct(class_names=["?"] * curves.shape[2]),
    )
    epochs = [tuple(Epoch.model_construct(class_accuracy=line) for line in run.tolist()) for run in curves]
    return Series(tuple(Run(header, lines) for lines in epochs))


def noisy(curve: np.ndarray, seeds: int, deviation: float | np.ndarray = 0.05, seed: int = 0) -> Series:
    """Runs of ten classes whose accuracy follows `curve` (E,), each with chance of its own."""
    chance = np.random.default_rng(seed).normal(size=(seeds, len(curve), 10))
    return series_of(curve[None, :, None] + np.reshape(deviation, (-1, 1)) * chance, late=len(curve) - 2)


@pytest.mark.parametrize("deviation", [0.05, np.where(np.arange(40) < 20, 0.2, 0.01)], ids=["even", "wild at first"])
def test_a_flat_curve_does_not_decline_whatever_its_noise(deviation: float | np.ndarray) -> None:
    repeats = [noisy(np.full(40, 0.5), 3, deviation, seed) for seed in range(100)]
    declines = np.array([decline(series) for series in repeats])
    assert abs(declines.mean()) < 3 * declines.mean(axis=1).std() / 10  # three standard errors
    assert np.mean([infer(three).p < 0.05 for three in declines]) < 0.12
    own_best = [100 * (curve.max(0) - curve[-1]).mean() for curve in (run.class_curve() for run in repeats[0].runs)]
    assert min(own_best) > 8  # what the best epoch of each class and seed would say


@pytest.mark.parametrize("seeds", [3, 6])
def test_the_decline_is_the_true_one(seeds: int) -> None:
    epochs = np.arange(60)
    curve = np.interp(epochs, [0, 10, 25, 50, 59], [0.2, 0.8, 0.8, 0.5, 0.5])
    assert decline(noisy(curve, seeds, 0.01)) == pytest.approx(np.full(seeds, 30), abs=1.5)
    rising = np.interp(epochs, [0, 59], [0.2, 0.8])
    assert (decline(noisy(rising, seeds, 0.01)) < 0).all()


def test_the_decline_never_looks_at_the_seed_for_its_peak() -> None:
    curves = np.zeros((3, 15, 1))
    curves[0, :5], curves[1, 5:10], curves[2, 5:10] = 0.9, 0.5, 0.4  # the first seed peaks where the others do not
    assert decline(series_of(curves, late=12)) == pytest.approx([0, 0, 0])
    curves[0, :5] = 0.3
    assert decline(series_of(curves, late=12)) == pytest.approx([0, 50, 40])


def test_the_peak_is_sought_up_to_the_late_stage() -> None:
    """Epochs 13 to 15 are the best; the last window that may hold the peak ends with the late stage."""
    curves = np.full((3, 20, 1), 0.5)
    curves[:, 12:15] = 0.9
    assert decline(series_of(curves, late=12)) == pytest.approx([0] * 3)
    assert decline(series_of(curves, late=13)) == pytest.approx([100 * 0.4 / 5] * 3)


def test_easy_classes_fall_further_than_hard_ones() -> None:
    """Classes 1 and 2 are the easy ones by clean labels; each class has a peak of its own, and the hard ones rise."""
    clean = series_of(np.tile([0.3, 0.9, 0.8, 0.4], (3, 20, 1)), late=17)
    epochs = np.arange(20)
    falls = [np.interp(epochs, [0, 5, 9, 15, 19], [0.1, 0.8, 0.8, end, end]) for end in (0.5, 0.3)]  # by 30, by 50
    rise = np.interp(epochs, [0, 12, 19], [0.1, 0.2, 0.2])
    noisy = series_of(np.tile(np.stack([rise, *falls, rise], axis=1), (3, 1, 1)), late=17)
    assert easy_decline(clean, noisy) == pytest.approx([40] * 3)
    flipped = series_of(np.tile([0.9, 0.3, 0.4, 0.8], (3, 20, 1)), late=17)
    assert easy_decline(flipped, noisy) == pytest.approx([-40] * 3)


def test_without_a_true_difference_easy_and_hard_classes_fall_alike() -> None:
    """Of 300 runs whose classes are all alike, in threes, whatever chance calls easy."""
    clean, flat = (noisy(np.full(20, 0.5), 300, seed=seed) for seed in (0, 1))
    falls = [easy_decline(Series(clean.runs[k : k + 3]), Series(flat.runs[k : k + 3])) for k in range(0, 300, 3)]
    means = np.mean(falls, axis=1)
    assert abs(means.mean()) < 3 * means.std() / 10  # three standard errors


def test_wrong_labels_of_easy_classes_are_memorised_more_than_of_hard_ones(tmp_path: Path) -> None:
    """Classes 1, 8, 0, 9 and 6 are the easy ones by clean labels. Of chance: 0.9 of what is not memorised is corrected,
    so that each of 8 other classes gets an eightieth of it."""
    easy = np.isin(np.arange(10), [1, 8, 0, 9, 6])
    shares = np.where(easy, 0.6, 0.2)
    made = [Made("ce", 0.0, accuracies(0.9, 0.5), accuracies(0.9, 0.5)), CE]
    for one in made:
        for seed in (0, 1, 2):
            synthetic.class_training(one.write(tmp_path, seed), shares if one.rate else np.zeros(10), shares)
    (group,) = run_groups(load_all(tmp_path))
    clean, noisy = group.series("ce"), group.series("ce", USUAL_NOISE)
    assert clean is not None
    assert noisy is not None
    assert easy_memorised(clean, noisy) == pytest.approx([40 + 100 * 0.4 / 80] * 3)
    older = Series.of(replace(run, probes=dict.fromkeys(STAGES, EQUAL_CLASSES)) for run in noisy.runs)
    assert np.isnan(easy_memorised(clean, older)).all()


def probed(
    memorised: float | None, corrected: float | None, classes: int = 10, right: float | None = None, **probe: Any
) -> Run:
    shares = {"wrong_memorised": memorised, "wrong_corrected": corrected, "right_accuracy": right}
    data = Data.model_construct(class_names=["?"] * classes)
    header = Header.model_construct(
        stages=Stages.model_construct(late=1), data=data, config=Config.model_construct(seed=0)
    )
    if "training" in probe:
        probe["training"] = TrainingShares.model_construct(**probe["training"])
    probe.setdefault("training", None)
    return Run(header, (Epoch.model_construct(**shares),), {"late": Probe.model_construct(**probe)})


def test_what_is_memorised_more_is_late_minus_early() -> None:
    run = probed(None, None)
    shares = {"early": 0.1, "middle": 0.3, "late": 0.6}
    probes = {
        name: probed(None, None, training={"wrong_memorised": share, "wrong_corrected": 1 - share}).probes["late"]
        for name, share in shares.items()
    }
    assert more_memorised(Series((replace(run, probes=probes),))) == pytest.approx([50])


@pytest.mark.parametrize("classes", [3, 10])
def test_nothing_is_memorised_by_chance(classes: int) -> None:
    assert memorised(probed(1 / classes, 1 / classes, classes), "late", False) == pytest.approx(0)  # knows nothing
    assert memorised(probed(0, 1, classes), "late", False) == pytest.approx(0)  # knows everything
    assert memorised(probed(1, 0, classes), "late", False) == pytest.approx(100)
    assert np.isnan(memorised(probed(None, None, classes), "late", False))  # nobody knows which labels are right
    wrong = 0.3 / (classes - 1)  # right on 70 %, else any other class
    assert memorised(probed(wrong, 0.7, classes), "late", False) == pytest.approx(0)


def test_memorising_two_classes_cannot_be_told_from_chance(tmp_path: Path) -> None:
    """Neither by a number, whatever was predicted, nor by a verdict, a crash or a nan on the page."""
    for share in (0.0, 0.5, 1.0):
        assert np.isnan(memorised(probed(share, 1 - share, classes=2), "late", False))
    for seed in (0, 1, 2):
        for loss in ("ce", "sl"):
            synthetic.record(tmp_path, loss, seed=seed, dataset="pairs", classes=2)
    found = all_outcomes(load_all(tmp_path), Literature(), tmp_path)
    asked = {one.id: one for one in found[0].claims if one.id in ("ce_memorises", "sl_memorises_less")}
    assert [(one.n, one.verdict, one.mean) for one in asked.values()] == [(0, Verdict.LACKING, None)] * 2
    assert asked["ce_memorises"] in found[0].unmeasured
    text = markdown(found).partition("## What is measured")[0]
    assert "or there are too few classes" in text
    assert "nan" not in text


def test_memorisation_is_measured_in_evaluation_mode_where_all_runs_have_it() -> None:
    training = {"wrong_memorised": 0.5, "wrong_corrected": 0.5}
    new, old = probed(0.1, 0.9, training=training), probed(0.2, 0.8)
    assert memorised_less(Series((new,)), Series((new,))) == pytest.approx([0])
    assert memorised_less(Series((old,)), Series((new,))) == pytest.approx([10])  # both while training
    other = probed(0.1, 0.9, training={"wrong_memorised": 0.8, "wrong_corrected": 0.2})
    assert memorised_less(Series((other,)), Series((new,))) == pytest.approx([30])


def test_right_labels_are_counted_in_evaluation_mode_where_all_runs_have_it() -> None:
    new = probed(0, 1, training={"right_accuracy": 0.9}, right=0.7)
    other = probed(0, 1, training={"right_accuracy": 0.95}, right=0.6)
    old, unknown = probed(0, 1, right=0.8), probed(0, 1)
    assert more_fitted(Series((new,)), Series((other,))) == pytest.approx([5])
    assert more_fitted(Series((new,)), Series((old,))) == pytest.approx([10])  # both while training
    assert np.isnan(more_fitted(Series((old,)), Series((unknown,)))).all()


def test_least_lifted_class_is_chosen_by_the_other_seeds() -> None:
    ce = np.zeros((3, 1, 2))
    sl = np.array([[[0.1, 0.5]], [[0.6, 0.2]], [[0.3, 0.6]]])
    # others' mean gains: seed 0 (.45, .4) -> class 1; seed 1 (.2, .55) -> class 0; seed 2 (.35, .35) -> the first
    assert least_lifted(series_of(ce), series_of(sl)) == pytest.approx([50, 60, 30])


def test_what_is_measured_late_is_of_the_late_stage() -> None:
    """Three classes over four epochs, late being the third."""
    curves = np.array([[[0.5] * 3, [0.6] * 3, [0.9, 0.5, 0.8], [0.1, 0.2, 0.3]]] * 2)
    curves[1, 2] = [0.7, 0.65, 0.6]
    series = series_of(curves)
    assert class_gap(0, 1, 15, series) == pytest.approx([25, -10])
    counted = Series(tuple(replace(run, probes={"late": EQUAL_CLASSES}) for run in series.runs))
    spreads = [spread_beyond_chance(run, "late") for run in counted.runs]
    assert 35 < spreads[0] < 40
    assert excess_spread(10, counted) == pytest.approx([spread - 10 for spread in spreads])


def test_what_the_harder_half_loses_and_gains() -> None:
    """Of two seeds alike; on clean labels classes 0 and 1 are the harder half, under noise 2 and 3."""
    clean = series_of(np.array([[[0.0] * 4] * 2 + [[0.6, 0.7, 0.9, 0.8], [0.0] * 4]] * 2))
    ce = series_of(np.array([[[0.0] * 4] * 2 + [[0.5, 0.4, 0.2, 0.3], [0.4, 0.5, 0.1, 0.2]]] * 2))
    sl = series_of(np.array([[[0.0] * 4] * 3 + [[0.6, 0.8, 0.2, 0.2]]] * 2))
    # lost late: 10, 30 against 70, 50; gained at the end: 20, 30 against 10, 0
    assert under_learning(clean, ce) == pytest.approx([20 - 60] * 2)
    assert hardest_lifted(clean, ce, sl) == pytest.approx([25 - 5] * 2)


def test_one_seed_has_no_others() -> None:
    one = series_of(np.zeros((1, 4, 2)))
    assert np.isnan(decline(series_of(np.zeros((1, 9, 2))))).all()
    assert np.isnan(least_lifted(one, one)).all()
    assert np.isnan(under_learning(one, one)).all()
    assert np.isnan(easy_decline(series_of(np.zeros((1, 9, 2))), series_of(np.zeros((1, 9, 2))))).all()


def test_difference_is_of_last_epochs_in_points(tmp_path: Path) -> None:
    group = run_group_of(tmp_path, [CE, replace(CE, loss="sl", last=accuracies(0.95, 0.55))])
    sl, ce = (Cell(loss, USUAL_NOISE).series(group) for loss in ("sl", "ce"))
    last = {loss: [run.epochs[-1].test_accuracy for run in runs.runs] for loss, runs in (("sl", sl), ("ce", ce))}
    expected = 100 * (np.array(last["sl"]) - np.array(last["ce"]))
    assert difference(sl, ce) == pytest.approx(expected)
    assert np.mean(expected) == pytest.approx(5, abs=0.2)


def test_confidence_only_of_class_3(tmp_path: Path) -> None:
    run = read(replace(CE, confidence=0.7).write(tmp_path, 0))
    assert confidence(run) == pytest.approx(70, abs=1.1)
    late = run.probes["late"]
    for stage in ("early", "middle"):
        run.probes[stage] = late.model_copy(update={"confidence": [0.0] * 10})
    assert confidence(run) == pytest.approx(70, abs=1.1)
    run.probes["late"] = late.model_copy(update={"probe_class": 4})
    assert np.isnan(confidence(run))
    run.probes["late"] = late.model_copy(update={"count": 0})
    assert np.isnan(confidence(run))


def test_separation_only_where_a_representation_was_kept(tmp_path: Path) -> None:
    without, near, far = (
        read(replace(CE, distance=far).write(tmp_path, seed)) for seed, far in enumerate((None, 1.0, 4.0))
    )
    for measure in ("silhouette", "neighbours"):
        assert np.isnan(separated(without, measure))
        assert separated(near, measure) < separated(far, measure) <= 100


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> RunGroup:
    """SL as on the page under two noises, and with other parameters under one."""
    page = replace(CE, loss="sl")
    changed = [{"alpha": 1.0}, {"alpha": 0.01}, {"beta": 2.0}, {"beta": 2.0, "log_zero": -9.2103 / 2}]
    made = [page, replace(page, rate=0.6), *(replace(page, options=options) for options in changed)]
    return run_group_of(tmp_path_factory.mktemp("sweep"), made, seeds=(0, 1))


def test_a_cell_with_changed_parameters(sweep: RunGroup) -> None:
    for alpha, n in ((0.1, 2), (1.0, 2), (0.01, 2), (10.0, 0)):
        series = Cell("sl", USUAL_NOISE, (("alpha", alpha),)).series(sweep)
        assert (series.n if series else 0) == n
        assert series is None or {run.config.loss["alpha"] for run in series.runs} == {alpha}
    assert Cell("sl", Noise("symmetric", 0.2), (("alpha", 0.1),)).series(sweep) is None


def test_the_same_product_of_beta_and_log_zero(sweep: RunGroup) -> None:
    series = SameProduct("sl", USUAL_NOISE).series(sweep)
    assert {(run.config.loss["beta"], run.config.loss["log_zero"]) for run in series.runs} == {(2.0, -4.60515)}
    assert SameProduct("sl", Noise("symmetric", 0.6)).series(sweep) is None
    assert SameProduct("ce", USUAL_NOISE).series(sweep) is None


def test_with_another_alpha_the_same_product_is_no_pair(tmp_path: Path) -> None:
    """Algebra does not say that these are equal."""
    page = replace(CE, loss="sl")
    other = replace(page, options={"alpha": 1.0, "beta": 2.0, "log_zero": -9.2103 / 2})
    assert SameProduct("sl", USUAL_NOISE).series(run_group_of(tmp_path, [page, other], seeds=(0,))) is None


def test_runs_of_sl_without_one_of_its_parameters_are_no_pair(tmp_path: Path) -> None:
    """`~loss.log_zero` on the command line is accepted: the loss takes its own default."""
    page = replace(CE, loss="sl")
    for seed in (0, 1):
        for options in ({}, {"beta": 2.0, "log_zero": -9.2103 / 2}):
            replace(page, options=options).write(tmp_path, seed)
    same = SameProduct("sl", USUAL_NOISE)
    assert same.series(run_group_of(tmp_path, [])).n == 2
    for name in ("alpha", "beta", "log_zero"):
        path = replace(page, options={name: None}).write(tmp_path, 7)
        first, rest = path.read_text().split("\n", 1)
        head = json.loads(first)
        del head["config"]["loss"][name]
        path.write_text(f"{json.dumps(head)}\n{rest}")
    found = same.series(run_group_of(tmp_path, []))
    assert {(run.loss["beta"], run.loss["log_zero"]) for run in found.runs} == {(2.0, -4.60515)}
    alone = tmp_path / "alone"
    (alone / path.parent.name).mkdir(parents=True)
    path.rename(alone / path.parent.name / path.name)
    assert same.series(run_group_of(alone, [])) is None
