"""What a model does, as pure functions of its outputs and the labels; nothing here knows a network.

Shapes: N examples, K classes; logits (N, K) float, predictions and labels (N,) int64. Every function stays
on the device of its inputs, so an epoch needs one transfer to the host.
"""

import torch
from torch import Tensor

TRAINING_COUNTS = ("right", "right_hit", "wrong", "wrong_memorised", "wrong_corrected")


def confusion_matrix(predictions: Tensor, labels: Tensor, num_classes: int) -> Tensor:
    """Counts (K, K) int64: row = label, column = prediction.

    >>> confusion_matrix(torch.tensor([0, 1, 1]), torch.tensor([0, 0, 1]), 2).tolist()
    [[1, 1], [0, 1]]
    """
    cells = labels * num_classes + predictions
    return torch.bincount(cells, minlength=num_classes**2).view(num_classes, num_classes)


def class_accuracy(confusion: Tensor) -> Tensor:
    """Share (K,) of each class's examples that are predicted as that class; nan for a class without any.

    >>> class_accuracy(torch.tensor([[1, 1], [0, 4]])).tolist()
    [0.5, 1.0]
    """
    return confusion.diagonal().double() / confusion.sum(1).double()


def training_counts(logits: Tensor, noisy: Tensor, clean: Tensor) -> Tensor:
    """Counts (5,) int64, in the order of TRAINING_COUNTS, over a batch of training examples.

    right: label right; right_hit: of those, predicted as the label; wrong: label wrong; wrong_memorised: of
    those, predicted as the wrong label; wrong_corrected: of those, predicted as the true class.
    """
    predictions = logits.argmax(1)
    right = noisy == clean
    follows, corrects = predictions == noisy, predictions == clean
    return torch.stack(
        [right.sum(), (right & follows).sum(), (~right).sum(), (~right & follows).sum(), (~right & corrects).sum()]
    )


def class_confidence(logits: Tensor) -> tuple[Tensor, Tensor]:
    """Mean softmax confidence (K,) float64 and number of predictions (K,) int64 of each class over N examples.

    The paper's Fig. 4 shows both over the rightly labelled training examples of one class.
    """
    confidence = logits.double().softmax(1).mean(0)
    return confidence, torch.bincount(logits.argmax(1), minlength=logits.shape[1])
