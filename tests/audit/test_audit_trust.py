"""An audit says where its networks know too little, and changes no label of a class that they have not learnt."""

from dataclasses import replace

import numpy as np
import pytest
import torch

pytest.importorskip("cleanlab", reason="cleanlab is not installed: pip install -e '.[audit]'")

from sl.audit.estimate import Interval, NoiseEstimate, estimate_noise
from sl.audit.rank import rank
from sl.audit.subject import Subject
from sl.audit.trust import Trust, trust_in

CLASSES = ("ant", "bee", "cat")
EACH = 100


def labelled(labels: np.ndarray, trained: int) -> Subject:
    return Subject(torch.zeros(len(labels), 1), torch.from_numpy(labels), None, (), CLASSES, trained)


def sure(predicted: np.ndarray) -> np.ndarray:
    """Probabilities (N, 3) with 0.96 for the predicted class."""
    rows = np.full((len(predicted), len(CLASSES)), 0.02)
    rows[np.arange(len(predicted)), predicted] = 0.96
    return rows


def audited(subject: Subject, predicted: np.ndarray, folds: int) -> tuple[Trust, np.ndarray]:
    """What is said of these predictions, and the labels after the decisions."""
    labels, probabilities = subject.labels.numpy(), sure(predicted)
    estimate = estimate_noise(labels, probabilities, seed=0)
    trust = trust_in(subject, probabilities, estimate, folds)
    found = rank(labels, probabilities, estimate.wrong, 0.9, trust.judged)
    return trust, np.where(found.change, found.suggested, labels)


def test_a_class_that_is_never_predicted_keeps_its_labels() -> None:
    """The network takes every cat for a bee, and finds ten wrong labels among ants and bees."""
    clean = np.arange(len(CLASSES)).repeat(EACH)
    labels = clean.copy()
    labels[:5], labels[EACH : EACH + 5] = 1, 0
    predicted = np.where(clean == 2, 1, clean)
    trust, changed = audited(labelled(labels, len(labels)), predicted, folds=4)
    assert trust.unlearnt == ("cat",)
    (said,) = trust.warnings
    assert "seem wrong in cat: more likely the network has not learnt" in said
    assert (changed == clean).all()


def test_a_class_counts_as_unlearnt_where_its_whole_interval_lies_above_one_half() -> None:
    labels = np.arange(len(CLASSES)).repeat(EACH)
    parts = (Interval(0.6, 0.5, 0.7), Interval(0.6, 0.501, 0.7), Interval(0.4, 0.3, 0.5))
    estimate = NoiseEstimate(np.eye(3) / 3, Interval(0.5, 0.4, 0.6), parts, np.zeros(len(labels)), 0.9)
    trust = trust_in(labelled(labels, len(labels)), sure(labels), estimate, folds=4)
    assert trust.unlearnt == ("bee",)
    assert trust.expected == 0.5  # by the rate, not by what the estimate starts from
    assert trust.judged.tolist() == (labels != 1).tolist()


def test_wrong_labels_that_a_good_network_finds_are_no_warning() -> None:
    """Two in five labels of each class are wrong, and every prediction is right."""
    clean = np.arange(len(CLASSES)).repeat(EACH)
    labels = np.where(np.arange(len(clean)) % 5 < 2, (clean + 1) % 3, clean)
    trust, changed = audited(labelled(labels, len(labels)), clean, folds=4)
    assert (trust.unlearnt, trust.low, trust.warnings) == ((), False, [])
    assert trust.agreement == pytest.approx(0.6)
    assert trust.expected == pytest.approx(0.6, abs=0.02)
    assert (changed == clean).all()


def test_only_images_that_were_not_trained_on_count() -> None:
    """All 240 images trained on are predicted as labelled, of the 60 others half."""
    labels = np.tile(np.arange(len(CLASSES)), EACH)
    predicted = labels.copy()
    predicted[240::2] = (labels[240::2] + 1) % 3
    alone, _ = audited(labelled(labels, 240), predicted, folds=0)
    assert alone.agreement == pytest.approx(0.5)
    (said,) = alone.warnings
    assert "was not trained on, it predicts 50 % as they are labelled" in said
    assert said.endswith("More epochs, more images or a pretrained network may help.")
    folds, _ = audited(labelled(labels, 240), predicted, folds=4)
    assert folds.agreement == pytest.approx(0.9)
    none_left, _ = audited(labelled(labels, len(labels)), predicted, folds=0)
    assert none_left.agreement is None
    assert none_left.warnings == []


def test_a_class_with_too_few_images_is_named() -> None:
    labels = np.array([0] * 50 + [1] * 50 + [2])
    trust, _ = audited(labelled(labels, len(labels)), labels, folds=2)
    assert trust.small == ("cat",)
    assert trust.judged.tolist() == [True] * 100 + [False]


def test_of_many_classes_the_first_are_named() -> None:
    names = tuple(map(str, range(25)))
    trust = Trust(np.ones(1, dtype=bool), names, names, None, expected=0.8)
    small, unlearnt = trust.warnings
    assert small.endswith("18, 19 and 5 more.")
    assert "18, 19 and 5 more: more likely" in unlearnt


@pytest.mark.parametrize(("agreement", "low"), [(0.73, False), (0.71, True), (None, False)])
def test_a_tenth_of_the_right_labels_may_be_missed(agreement: float | None, low: bool) -> None:
    trust = Trust(np.ones(1, dtype=bool), (), (), agreement, expected=0.8)
    assert trust.low is low
    assert replace(trust, expected=1.0).low is (agreement is not None)
