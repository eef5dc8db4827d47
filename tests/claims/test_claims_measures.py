"""What claims measure, against numbers worked out another way."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from claim_records import Made, accuracies, sheet_of

from sl.claims.cell import Cell, SameProduct
from sl.claims.classwise import NOISY
from sl.claims.confidence import confidence
from sl.claims.improvement import least_lifted
from sl.claims.measures import chance_spread, difference, halves, harder_minus_easier, others_mean
from sl.claims.memorisation import decline
from sl.claims.representation import separated
from sl.record import Noise, Run, Series, Sheet, read

CE = Made("ce", 0.4, accuracies(0.9, 0.5), accuracies(0.9, 0.5))


def run_of(counts: list[int], accuracy: list[float]) -> Run:
    """A run whose test set has so many images of each class."""
    header = {"stages": {"late": 1}}
    return Run(Path("none"), header, ({"class_accuracy": accuracy},), {"late": {"confusion": np.diag(counts).tolist()}})


@pytest.mark.parametrize("counts", [[200] * 10, [40, 50, 60, 200]])
def test_chance_spread_is_what_equal_classes_show(counts: list[int]) -> None:
    accuracy = np.linspace(0.7, 0.9, len(counts)).tolist()
    drawn = np.random.default_rng(5).binomial(counts, 0.8, (40000, len(counts))) / np.array(counts)
    expected = 100 * np.ptp(drawn, axis=1).mean()
    assert chance_spread(run_of(counts, accuracy), "late") == pytest.approx(expected, rel=0.01)


def test_classes_without_test_images_are_left_out() -> None:
    full, holed = run_of([50, 50], [0.8, 0.8]), run_of([50, 50, 0], [0.8, 0.8, np.nan])
    assert chance_spread(holed, "late") == pytest.approx(chance_spread(full, "late"))


def test_others_mean_leaves_the_seed_out() -> None:
    values = np.array([[1.0, 10.0], [2.0, 20.0], [6.0, 60.0]])
    assert others_mean(values).tolist() == [[4.0, 40.0], [3.5, 35.0], [1.5, 15.0]]
    assert np.isnan(others_mean(values[:1])).all()


def test_halves_are_those_of_clean_labels(tmp_path: Path) -> None:
    clean = sheet_of(tmp_path, [replace(CE, rate=0.0)]).series("ce")
    hard, easy = halves(clean)
    assert (set(hard.tolist()), set(easy.tolist())) == ({2, 3, 4, 5, 7}, {0, 1, 6, 8, 9})
    values = np.arange(30.0).reshape(3, 10)
    expected = values[:, hard].sum(1) / 5 - values[:, easy].sum(1) / 5
    assert harder_minus_easier(clean, values) == pytest.approx(expected)


def series_of(curves: np.ndarray, late: int = 3) -> Series:
    """Runs with these class-wise accuracies (n, E, K) and nothing else."""
    header = {"stages": {"late": late}, "config": {"seed": 0}}
    return Series(
        tuple(Run(Path("none"), header, tuple({"class_accuracy": line} for line in run.tolist())) for run in curves)
    )


def test_decline_never_looks_at_the_seed_for_its_best_epoch() -> None:
    curves = np.zeros((3, 4, 1))
    curves[0, 1], curves[1, 2], curves[2, 2] = 0.3, 0.5, 0.4  # the first seed's own best is epoch 2, the others' 3
    assert decline(series_of(curves)) == pytest.approx([0, 50, 40])


def test_decline_of_chance_is_nothing() -> None:
    curves = 0.5 + 0.05 * np.random.default_rng(2).normal(size=(60, 20, 10))
    assert abs(decline(series_of(curves, late=18)).mean()) < 1
    assert np.mean([100 * (run.max(0) - run[-1]).mean() for run in curves]) > 5  # what each seed's own best would say


def test_least_lifted_class_is_chosen_by_the_other_seeds() -> None:
    ce = np.zeros((3, 1, 2))
    sl = np.array([[[0.1, 0.5]], [[0.6, 0.2]], [[0.3, 0.6]]])
    # others' mean gains: seed 0 (.45, .4) -> class 1; seed 1 (.2, .55) -> class 0; seed 2 (.35, .35) -> the first
    assert least_lifted(series_of(ce), series_of(sl)) == pytest.approx([50, 60, 30])


def test_one_seed_has_no_others() -> None:
    one = series_of(np.zeros((1, 4, 2)))
    assert np.isnan(decline(one)).all()
    assert np.isnan(least_lifted(one, one)).all()


def test_difference_is_of_last_epochs_in_points(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, [CE, replace(CE, loss="sl", last=accuracies(0.95, 0.55))])
    sl, ce = (Cell(loss, NOISY).series(sheet) for loss in ("sl", "ce"))
    last = {loss: [run.epochs[-1]["test_accuracy"] for run in runs.runs] for loss, runs in (("sl", sl), ("ce", ce))}
    expected = 100 * (np.array(last["sl"]) - np.array(last["ce"]))
    assert difference(sl, ce) == pytest.approx(expected)
    assert np.mean(expected) == pytest.approx(5, abs=0.2)


def test_confidence_only_of_class_3(tmp_path: Path) -> None:
    run = read(replace(CE, confidence=0.7).write(tmp_path, 0))
    assert confidence(run) == pytest.approx(70, abs=1.1)
    run.probes["late"]["probe_class"] = 4
    assert np.isnan(confidence(run))
    run.probes["late"].update(probe_class=3, count=0)
    assert np.isnan(confidence(run))


def test_separation_only_where_a_representation_was_kept(tmp_path: Path) -> None:
    without, near, far = (
        read(replace(CE, distance=far).write(tmp_path, seed)) for seed, far in enumerate((None, 1.0, 4.0))
    )
    for measure in ("silhouette", "neighbours"):
        assert np.isnan(separated(without, measure))
        assert separated(near, measure) < separated(far, measure) <= 100


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Sheet:
    """SL as on the page under two noises, and with other parameters under one."""
    page = replace(CE, loss="sl")
    changed = [{"alpha": 1.0}, {"alpha": 0.01}, {"beta": 2.0}, {"beta": 2.0, "log_zero": -9.2103 / 2}]
    made = [page, replace(page, rate=0.6), *(replace(page, options=options) for options in changed)]
    return sheet_of(tmp_path_factory.mktemp("sweep"), made, seeds=(0, 1))


def test_a_cell_with_changed_parameters(sweep: Sheet) -> None:
    for alpha, n in ((0.1, 2), (1.0, 2), (0.01, 2), (10.0, 0)):
        series = Cell("sl", NOISY, (("alpha", alpha),)).series(sweep)
        assert (series.n if series else 0) == n
        assert series is None or {run.config["loss"]["alpha"] for run in series.runs} == {alpha}
    assert Cell("sl", Noise("symmetric", 0.2), (("alpha", 0.1),)).series(sweep) is None


def test_the_same_product_of_beta_and_log_zero(sweep: Sheet) -> None:
    series = SameProduct("sl", NOISY).series(sweep)
    assert {(run.config["loss"]["beta"], run.config["loss"]["log_zero"]) for run in series.runs} == {(2.0, -4.60515)}
    assert SameProduct("sl", Noise("symmetric", 0.6)).series(sweep) is None
    assert SameProduct("ce", NOISY).series(sweep) is None
