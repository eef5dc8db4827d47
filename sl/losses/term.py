"""Losses of a target distribution and a prediction, which other losses can use in place of cross entropy."""

from abc import abstractmethod

import torch
from torch import Tensor

from sl.losses.pointwise import Pointwise


class Term(Pointwise):
    """A loss of a target distribution and a prediction: cross entropy, reverse cross entropy, or SL, their sum.

    Losses that change the label or the prediction before they compare the two take one as their `term`.
    """

    @abstractmethod
    def of_target(self, log_p: Tensor, target: Tensor) -> Tensor:
        """The loss (N,) of target distributions, from log-probabilities and targets, (N, K) each."""

    def per_target(self, logits: Tensor, target: Tensor) -> Tensor:
        """The loss of each target distribution, (N,)."""
        return self.of_target(logits.log_softmax(dim=1), target)


def one_hot(log_p: Tensor, labels: Tensor) -> Tensor:
    """The labels (N,) as distributions (N, K), in the type and on the device of log_p (N, K)."""
    return torch.zeros_like(log_p).scatter(1, labels.unsqueeze(1), 1.0)


def mix_with_prediction(log_p: Tensor, target: Tensor, share: float | Tensor) -> Tensor:
    """share * target + (1 - share) * one-hot at the predicted class (the lower index in a tie), (N, K)."""
    return share * target + (1 - share) * one_hot(log_p, log_p.argmax(dim=1))
