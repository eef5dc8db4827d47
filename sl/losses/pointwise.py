"""Losses that depend on the probability of the label alone."""

from abc import abstractmethod

from torch import Tensor

from sl.losses.base import Loss
from sl.losses.tensors import at_label


class Pointwise(Loss):
    """A function of log p_y alone: a subclass defines `of_label`. Soft targets give the mean over their labels."""

    @abstractmethod
    def of_label(self, log_p: Tensor) -> Tensor:
        """The loss of labels, element by element, from the log-probabilities that the predictions give them."""

    def per_example(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The loss of each label, (N,)."""
        return self.of_label(at_label(logits.log_softmax(dim=1), labels))

    def per_target(self, logits: Tensor, target: Tensor) -> Tensor:
        """sum_k t_k times the loss of label k."""
        return (target * self.of_label(logits.log_softmax(dim=1))).sum(dim=1)
