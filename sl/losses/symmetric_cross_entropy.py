"""Symmetric cross entropy learning (SL), the loss that this project is about."""

from typing import Unpack

from torch import Tensor

from sl.losses.base import Options
from sl.losses.cross_entropy import CrossEntropy
from sl.losses.parts import term_weights
from sl.losses.reverse_cross_entropy import LOG_ZERO, ReverseCrossEntropy
from sl.losses.term import Term


class SymmetricCrossEntropy(Term):
    """SL = alpha CE + beta RCE = -alpha log p_y - beta A (1 - p_y), alpha, beta >= 0, A = `log_zero` < 0.

    Wang et al., "Symmetric Cross Entropy for Robust Learning with Noisy Labels", ICCV 2019. CE learns fast and
    overfits wrong labels, RCE tolerates them. A acts only through the product beta * (-A).
    Gradient in the logits: alpha (p_j - q_j) - beta A p_y (p_j - q_j), with q the one-hot label.
    `p_min` clips the probabilities inside CE alone, as in the published code (1e-7): see `CrossEntropy`.

    Shapes: see `Loss`. Raises UserError if a parameter is outside its range or if both weights are 0.

    >>> import torch
    >>> logits = torch.tensor([[0.7, 0.2, 0.1]]).log()
    >>> SymmetricCrossEntropy(alpha=0.1, beta=1.0, log_zero=-4)(logits, torch.tensor([0]))
    tensor(1.2357)
    """

    linear_in_target = False

    def __init__(
        self,
        alpha: float,
        beta: float,
        log_zero: float = LOG_ZERO,
        reduction: str = "mean",
        p_min: float = 0.0,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(reduction, **options)
        self.alpha, self.beta = term_weights(alpha, beta)
        self.cross_entropy = CrossEntropy(p_min=p_min)
        self.reverse = ReverseCrossEntropy(log_zero)

    def of_label(self, log_p: Tensor) -> Tensor:
        """alpha CE + beta RCE."""
        return self.alpha * self.cross_entropy.of_label(log_p) + self.beta * self.reverse.of_label(log_p)

    def of_target(self, log_p: Tensor, target: Tensor) -> Tensor:
        """alpha CE + beta RCE of target distributions."""
        cross_entropy, reverse = self.cross_entropy.of_target(log_p, target), self.reverse.of_target(log_p, target)
        return self.alpha * cross_entropy + self.beta * reverse
