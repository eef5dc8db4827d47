"""Losses that compare whole distributions, and so can stand inside others in place of cross entropy."""

from abc import abstractmethod

import torch
from torch import Tensor

from sl.losses.base import Loss, at_label


class Term(Loss):
    """A loss between what should be predicted and what is: cross entropy, reverse cross entropy, or SL of both.

    Losses that change the label or the prediction before they compare the two take one as their `term`.
    """

    @abstractmethod
    def of_label(self, log_p: Tensor) -> Tensor:
        """The loss (N,) of one-hot labels, from the log-probabilities (N,) that the predictions give them."""

    @abstractmethod
    def of_target(self, log_p: Tensor, target: Tensor) -> Tensor:
        """The loss (N,) of target distributions, from log-probabilities and targets, (N, K) each."""

    def per_example(self, logits: Tensor, labels: Tensor) -> Tensor:
        """That of the one-hot labels."""
        return self.of_label(at_label(logits.log_softmax(dim=1), labels))


def one_hot(log_p: Tensor, labels: Tensor) -> Tensor:
    """The labels (N,) as distributions (N, K), in the type and on the device of log_p (N, K)."""
    return torch.zeros_like(log_p).scatter(1, labels.unsqueeze(1), 1.0)


def towards_guess(log_p: Tensor, labels: Tensor, share: float | Tensor) -> Tensor:
    """Targets (N, K): `share` of the label, the rest on the class predicted now (the lower index in a tie)."""
    return share * one_hot(log_p, labels) + (1 - share) * one_hot(log_p, log_p.argmax(dim=1))
