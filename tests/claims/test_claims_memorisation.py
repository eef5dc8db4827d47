"""How many wrong labels are memorised beyond chance, while training or in evaluation mode."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import synthetic
from claim_records import CE, Made, accuracies
from claim_series import EQUAL_CLASSES, by_class, probed, series_of

from sl.claims.evaluate import all_outcomes
from sl.claims.measures import (
    easy_memorised,
    memorised,
    memorised_less,
    more_fitted,
    more_memorised,
)  # fmt: skip
from sl.claims.page import markdown
from sl.claims.rule import Verdict
from sl.comparison import Series, run_groups
from sl.paper import USUAL_NOISE
from sl.record import STAGES, load_all
from sl.record.schema import Stages
from sl.tables import Literature


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


def test_the_other_seeds_say_of_which_classes_labels_are_memorised() -> None:
    """Each seed's own accuracies on clean labels say the opposite: of classes 0 and 1 seed 0 alone learns more."""
    clean = series_of(np.array([[[0.9, 0.8, 0.2, 0.1]], [[0.3, 0.4, 0.5, 0.6]], [[0.3, 0.4, 0.5, 0.6]]]), late=1)
    noisy = Series(tuple(replace(run, probes=by_class([0.4, 0.4, 0.1, 0.1])) for run in clean.runs))
    assert easy_memorised(clean, noisy) == pytest.approx([-30, 30, 30])


def test_what_is_memorised_more_is_late_minus_early() -> None:
    run = probed(None, None)
    shares = {"early": 0.1, "middle": 0.3, "late": 0.6}
    probes = {
        name: probed(None, None, training={"wrong_memorised": share, "wrong_corrected": 1 - share}).probes["late"]
        for name, share in shares.items()
    }
    assert more_memorised(Series((replace(run, probes=probes),))) == pytest.approx([50])
    epochs = [probed(share, 1 - share).epochs[0] for share in (0.1, 0.3, 0.6, 0.9)]  # the last is after the late one
    stages = Stages.model_construct(early=1, middle=2, late=3)
    older = replace(run, header=run.header.model_copy(update={"stages": stages}), epochs=tuple(epochs))
    assert more_memorised(Series((older,))) == pytest.approx([50])


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
    assert memorised_less(Series((new, old)), Series((new, new))) == pytest.approx([0, 10])
    other = probed(0.1, 0.9, training={"wrong_memorised": 0.8, "wrong_corrected": 0.2})
    assert memorised_less(Series((other,)), Series((new,))) == pytest.approx([30])


def test_right_labels_are_counted_in_evaluation_mode_where_all_runs_have_it() -> None:
    new = probed(0, 1, training={"right_accuracy": 0.9}, right=0.7)
    other = probed(0, 1, training={"right_accuracy": 0.95}, right=0.6)
    old, unknown = probed(0, 1, right=0.8), probed(0, 1)
    assert more_fitted(Series((new,)), Series((other,))) == pytest.approx([5])
    assert more_fitted(Series((new,)), Series((old,))) == pytest.approx([10])  # both while training
    assert np.isnan(more_fitted(Series((old,)), Series((unknown,)))).all()
