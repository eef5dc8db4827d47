"""Evaluation against scikit-learn and by hand."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.metrics import confusion_matrix as sklearn_confusion
from sklearn.metrics import recall_score

from sl.errors import UserError
from sl.evaluate import (
    ClassReport,
    class_accuracy,
    class_confidence,
    confusion_matrix,
    training_counts,
    training_counts_by_class,
)
from sl.figures import draw_class_report

K = 5


def random_labels(seed: int, count: int = 400) -> torch.Tensor:
    return torch.randint(0, K, (count,), generator=torch.Generator().manual_seed(seed))


def test_confusion_matrix_is_scikit_learns() -> None:
    predictions, labels = random_labels(0), random_labels(1)
    ours = confusion_matrix(predictions, labels, K)
    np.testing.assert_array_equal(ours, sklearn_confusion(labels, predictions, labels=range(K)))


@pytest.mark.parametrize(
    ("predictions", "labels", "line"),
    [([2], [0], "predictions[0]=2"), ([0, -1], [0, 1], "predictions[1]=-1"), ([0, 1], [0, 2], "labels[1]=2")],
)
def test_a_value_that_is_no_class_is_refused(predictions: list[int], labels: list[int], line: str) -> None:
    """A prediction of 2 for label 0 would be counted as one of 0 for label 1."""
    with pytest.raises(UserError, match=rf"^{re.escape(line)}: must be in \[0, 2\), the number of a class$"):
        confusion_matrix(torch.tensor(predictions), torch.tensor(labels), 2)


@pytest.mark.parametrize("kind", [torch.Tensor.numpy, torch.Tensor.tolist, torch.Tensor.int])
def test_arrays_and_lists_are_counted_like_tensors(kind: Callable[[torch.Tensor], Any]) -> None:
    predictions, labels = random_labels(0), random_labels(1)
    expected = sklearn_confusion(labels, predictions, labels=range(K))
    ours = confusion_matrix(kind(predictions), kind(labels), K)
    np.testing.assert_array_equal(ours, expected)
    np.testing.assert_allclose(class_accuracy(expected), recall_score(labels, predictions, average=None))


LOGITS = torch.tensor([[-2.0, 1.0, 0.5]])
WHOLE = "must be class numbers, whole, of shape (N,)"
WORDS = (
    "must hold real numbers: a tensor, a NumPy array or lists of equal length; "
    "numpy.unique(predictions, return_inverse=True)[1] numbers them in sorted order, that of predict_proba"
)
CLASSES = f"{WHOLE}; of logits (N, K) take .argmax(1)"


@pytest.mark.parametrize(
    ("predictions", "labels", "line"),
    [
        (LOGITS, [1], f"predictions=torch.float32 of shape (1, 3): {CLASSES}"),
        (LOGITS.numpy(), [1], f"predictions=torch.float64 of shape (1, 3): {CLASSES}"),
        ([0.2, 0.8], [0, 1], f"predictions=torch.float64 of shape (2,): {CLASSES}"),
        ([1], [[0, 1]], f"labels=torch.int64 of shape (1, 2): {WHOLE}"),
        ([0, 1], [0, 1, 2], "labels=3 examples: must be 2, one for each prediction"),
        (["cat"], [0], f"predictions=list: {WORDS}"),
    ],
    ids=["logits", "array of logits", "probabilities", "one-hot", "lengths", "words"],
)
def test_what_cannot_be_counted_is_said_in_words(predictions: Any, labels: Any, line: str) -> None:
    with pytest.raises(UserError) as error:
        confusion_matrix(predictions, labels, 3)
    assert str(error.value) == line


@pytest.mark.parametrize(
    ("count", "line"),
    [
        (lambda: training_counts([[0], [1]], [0, 1], [0, 1]), f"predictions=torch.int64 of shape (2, 1): {CLASSES}"),
        (lambda: training_counts(LOGITS, [1], [1]), f"predictions=torch.float32 of shape (1, 3): {CLASSES}"),
        (lambda: training_counts([0, 1], [0], [0, 1]), "noisy=1 examples: must be 2, one for each prediction"),
        (
            lambda: training_counts_by_class([0, 1], [0, 1], [0, 2], 2),
            "clean[1]=2: must be in [0, 2), the number of a class",
        ),
        (lambda: class_accuracy([0.5, 0.5]), "confusion=torch.float64 of shape (2,): must be of shape (K, K)"),
        (lambda: class_accuracy([[1, 2]]), "confusion=torch.int64 of shape (1, 2): must be of shape (K, K)"),
        (
            lambda: class_confidence(torch.zeros(2, 3, 4, 4)),
            "logits=torch.float32 of shape (2, 3, 4, 4): must be of shape (N, K)",
        ),
    ],
    ids=["column", "logits", "one for all", "too few classes", "accuracies", "not square", "pixels"],
)
def test_what_would_be_counted_wrongly_is_refused(count: Callable[[], Any], line: str) -> None:
    """A column of predictions was compared with all labels, and an example of no class was left out."""
    with pytest.raises(UserError) as error:
        count()
    assert str(error.value) == line


@pytest.mark.parametrize("kind", [torch.Tensor.numpy, torch.Tensor.tolist, torch.Tensor.int])
def test_training_is_counted_of_arrays_and_lists_too(kind: Callable[[torch.Tensor], Any]) -> None:
    columns = [random_labels(seed) for seed in range(3)]
    given = [kind(column) for column in columns]
    assert torch.equal(training_counts(*given), training_counts(*columns))
    assert torch.equal(training_counts_by_class(*given, K), training_counts_by_class(*columns, K))
    assert torch.equal(training_counts_by_class(*columns, K).sum(0), training_counts(*columns))
    assert class_confidence(np.zeros((2, 4)))[0].tolist() == [0.25] * 4


def test_no_examples_are_no_counts() -> None:
    assert confusion_matrix(torch.empty(0, dtype=torch.int64), torch.empty(0, dtype=torch.int64), 2).sum() == 0


def test_class_accuracy_is_the_recall() -> None:
    predictions, labels = random_labels(2), random_labels(3)
    ours = class_accuracy(confusion_matrix(predictions, labels, K))
    np.testing.assert_allclose(ours, recall_score(labels, predictions, average=None))


def test_class_without_examples_has_no_accuracy() -> None:
    assert class_accuracy(confusion_matrix(torch.tensor([0]), torch.tensor([0]), 2)).isnan().tolist() == [False, True]


def test_training_counts_by_hand() -> None:
    clean = torch.tensor([0, 0, 0, 1, 1])
    noisy = torch.tensor([0, 0, 1, 0, 0])
    predicted = torch.tensor([0, 1, 1, 1, 0])
    assert training_counts(predicted, noisy, clean).tolist() == [2, 1, 3, 2, 1]


def test_training_counts_by_true_class_by_hand() -> None:
    clean = torch.tensor([0, 0, 0, 1, 1])
    noisy = torch.tensor([0, 0, 1, 0, 0])
    predicted = torch.tensor([0, 1, 1, 1, 0])
    expected = [[2, 1, 1, 1, 0], [0, 0, 2, 1, 1], [0, 0, 0, 0, 0]]
    assert training_counts_by_class(predicted, noisy, clean, 3).tolist() == expected


def test_class_confidence_by_hand() -> None:
    """Nothing is predicted as the last class."""
    logits = torch.log(torch.tensor([[0.7, 0.2, 0.1], [0.1, 0.7, 0.2]]))
    confidence, predictions = class_confidence(logits)
    np.testing.assert_allclose(confidence, [0.4, 0.45, 0.15], rtol=1e-6)
    assert predictions.tolist() == [1, 1, 0]


def test_class_report_says_what_the_counts_say() -> None:
    report = ClassReport(torch.tensor([[6, 3, 1], [0, 5, 0], [0, 0, 0]]), ["ant", "bee", "none seen"])
    lines = str(report).splitlines()
    assert lines[1].split() == ["ant", "10", "60.0", "%", "bee", "(30.0", "%)"]
    assert lines[2].split() == ["bee", "5", "100.0", "%", "-"]
    assert lines[3].split() == ["none", "seen", "0", "nan", "%", "-"]
    assert lines[4] == "worst class: ant, 60.0 %; mean of the classes: 80.0 %"
    with pytest.raises(UserError, match=r"names=2: must be one for each class of the confusion matrix \(3, 3\)"):
        ClassReport(report.confusion, ["ant", "bee"])


@pytest.mark.parametrize("counts", [[[8, 2], [0, 5]], np.array([[8, 2], [0, 5]])], ids=["lists", "array"])
def test_class_report_of_lists_and_arrays(counts: Any) -> None:
    names = np.array(["cat", "dog"])
    assert str(ClassReport(counts, names)) == str(ClassReport(torch.tensor([[8, 2], [0, 5]]), ["cat", "dog"]))


@pytest.mark.parametrize("names", [[3, 8], range(3, 9, 5), np.array([3, 8])], ids=["list", "range", "array"])
def test_class_report_with_numbers_for_names(names: Any) -> None:
    counts = torch.tensor([[8, 2], [0, 5]])
    assert str(ClassReport(counts, names)) == str(ClassReport(counts, ["3", "8"]))


def test_class_report_is_drawn() -> None:
    report = ClassReport(torch.tensor([[8, 2], [0, 5]]), ["cat", "dog"])
    bars, matrix = draw_class_report(report).axes
    assert [bar.get_height() for bar in bars.patches] == pytest.approx([80, 100])
    np.testing.assert_allclose(np.asarray(matrix.images[0].get_array()), [[0.8, 0.2], [0, 1]])
    assert [label.get_text() for label in matrix.get_yticklabels()] == ["cat", "dog"]
