"""Measures of a model: pure functions of its outputs and the labels, which need no network.

Shapes: N examples, K classes; logits (N, K) float, predictions and labels (N,) int64. Every function computes
on the device of its inputs, so an epoch needs one transfer to the host. NumPy arrays and lists are accepted too. The
functions raise UserError for other shapes or types and, if they know K, for a value outside [0, K); on an accelerator
values are not checked, because the check would have to wait for the device.
"""

from collections.abc import Iterable

import torch
from torch import Tensor

from sl.array_like import Numbers, as_tensor, class_numbers, describe
from sl.checks import integer
from sl.errors import UserError


def confusion_matrix(predictions: Numbers, labels: Numbers, num_classes: int) -> Tensor:
    """Counts (K, K) int64: row = label, column = prediction.

    The predictions are the first argument. scikit-learn's function of this name gives the same matrix, but takes the
    labels first.

    >>> confusion_matrix(torch.tensor([0, 1, 1]), torch.tensor([0, 0, 1]), 2).tolist()
    [[1, 1], [0, 1]]
    """
    classes = integer("num_classes", num_classes, 1)
    predicted, given = _columns(predictions, classes, labels=labels)
    return torch.bincount(given * classes + predicted, minlength=classes**2).view(classes, classes)


def class_accuracy(confusion: Numbers) -> Tensor:
    """Share (K,) of each class's examples that are predicted as that class; nan for a class without any.

    >>> class_accuracy(torch.tensor([[1, 1], [0, 4]])).tolist()
    [0.5, 1.0]
    """
    counts = _square(confusion)
    return counts.diagonal().double() / counts.sum(1).double()


def training_counts(predictions: Numbers, noisy: Numbers, clean: Numbers) -> Tensor:
    """Counts (5,) int64 over training examples, in this order:

    label right; label right and predicted; label wrong; label wrong and the wrong label predicted (memorised); label
    wrong and the true class predicted (corrected).

    >>> training_counts([0, 1, 1, 0], noisy=[0, 0, 1, 0], clean=[0, 0, 0, 1]).tolist()
    [2, 1, 2, 2, 0]
    """
    return torch.stack([kind.sum() for kind in _kinds(*_columns(predictions, noisy=noisy, clean=clean))])


def training_counts_by_class(predictions: Numbers, noisy: Numbers, clean: Numbers, num_classes: int) -> Tensor:
    """`training_counts` for the examples of each true class, (K, 5); its sum over classes counts all examples."""
    classes = integer("num_classes", num_classes, 1)
    predicted, given, true = _columns(predictions, classes, noisy=noisy, clean=clean)
    kinds = _kinds(predicted, given, true)
    return torch.stack([torch.bincount(true[kind], minlength=classes) for kind in kinds], dim=1)


def class_confidence(logits: Numbers) -> tuple[Tensor, Tensor]:
    """Mean softmax confidence (K,) float64 and number of predictions (K,) int64 of each class over N examples.

    The paper's Fig. 4 shows both over the rightly labelled training examples of one class.
    """
    given = as_tensor("logits", logits)
    if given.ndim != 2:
        raise UserError("logits", describe(given), "must be of shape (N, K)")
    confidence = given.double().softmax(1).mean(0)
    return confidence, torch.bincount(given.argmax(1), minlength=given.shape[1])


def _kinds(predicted: Tensor, given: Tensor, true: Tensor) -> tuple[Tensor, ...]:
    """Five masks (N,): the examples that `training_counts` counts, in its order."""
    right, follows = given == true, predicted == given
    return right, right & follows, ~right, ~right & follows, ~right & (predicted == true)


def _columns(predictions: Numbers, classes: int | None = None, **others: Numbers) -> list[Tensor]:
    """The predictions and the `others` as class numbers (N,) each; UserError if their lengths differ."""
    predicted = class_numbers("predictions", predictions, "; of logits (N, K) take .argmax(1)", classes)
    columns = {name: class_numbers(name, values, classes=classes) for name, values in others.items()}
    for name, column in columns.items():
        if len(column) != len(predicted):
            raise UserError(name, f"{len(column)} examples", f"must be {len(predicted)}, one for each prediction")
    return [predicted, *columns.values()]


def _square(confusion: Numbers) -> Tensor:
    counts = as_tensor("confusion", confusion)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise UserError("confusion", describe(counts), "must be of shape (K, K)")
    return counts


class ClassReport:
    """The class-wise accuracy of a model, from `confusion` (K, K), counts with row = label, column = prediction.

    ``print(report)`` shows each class with its number of examples, its accuracy and the class it is most often confused
    with; `sl.figures.draw_class_report` draws it. Raises UserError unless `names` has one name, text or number, for
    each of the K classes.

    >>> print(ClassReport(torch.tensor([[8, 2], [0, 5]]), ["cat", "dog"]))
    class  examples  accuracy  most often confused with
    cat          10    80.0 %  dog (20.0 %)
    dog           5   100.0 %  -
    worst class: cat, 80.0 %; mean of the classes: 90.0 %
    """

    def __init__(self, confusion: Numbers, names: Iterable[object]) -> None:
        self.confusion = _square(confusion)
        self.names = tuple(map(str, names))
        if len(self.names) != len(self.confusion):
            shape = tuple(self.confusion.shape)
            raise UserError("names", len(self.names), f"must be one for each class of the confusion matrix {shape}")

    @property
    def accuracy(self) -> Tensor:
        """Share (K,) of each class's examples that is predicted as that class; nan for a class without any."""
        return class_accuracy(self.confusion)

    def __repr__(self) -> str:
        width = max(len("class"), *map(len, self.names))
        accuracy = (100 * self.accuracy).tolist()
        lines = [f"{'class':{width}}  examples  accuracy  most often confused with"]
        for name, row, percent, other in zip(self.names, self.confusion, accuracy, self._taken_for(), strict=True):
            lines.append(f"{name:{width}}  {int(row.sum()):8}  {percent:6.1f} %  {other}")
        seen = [(percent, name) for name, percent in zip(self.names, accuracy, strict=True) if percent == percent]
        if seen:
            percent, worst = min(seen)
            mean = sum(value for value, _ in seen) / len(seen)
            lines.append(f"worst class: {worst}, {percent:.1f} %; mean of the classes: {mean:.1f} %")
        return "\n".join(lines)

    def _taken_for(self) -> list[str]:
        wrong = self.confusion.clone()
        wrong.fill_diagonal_(0)
        counts, others = (values.tolist() for values in wrong.max(dim=1))
        examples = self.confusion.sum(dim=1).tolist()
        return [
            f"{self.names[other]} ({100 * count / total:.1f} %)" if count else "-"
            for count, other, total in zip(counts, others, examples, strict=True)
        ]
