"""Reverse cross entropy: prediction and label change places."""

from torch import Tensor

from sl.checks import number
from sl.losses.base import Loss, at_label

LOG_ZERO = -9.210340371976182
"""ln(1e-4): what log 0 becomes in the code published with SL, which clips one-hot labels to at least 1e-4."""


class ReverseCrossEntropy(Loss):
    """RCE = -sum_k p_k log q_k = -A (1 - p_y) for a one-hot label q, with log 0 set to A = `log_zero` < 0.

    Wang et al., "Symmetric Cross Entropy for Robust Learning with Noisy Labels", ICCV 2019. Over all labels of an
    example it sums to the constant -(K - 1) A, which is what makes it tolerant of symmetric noise below 1 - 1/K.

    Shapes: see `Loss`. Raises UserError if log_zero is not negative.

    >>> import torch
    >>> logits = torch.tensor([[0.7, 0.2, 0.1]]).log()
    >>> ReverseCrossEntropy(log_zero=-4)(logits, torch.tensor([0]))
    tensor(1.2000)
    """

    def __init__(self, log_zero: float = LOG_ZERO, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.log_zero = number("log_zero", log_zero, high=0, high_open=True)

    def per_example(self, logits: Tensor, labels: Tensor) -> Tensor:
        """-A (1 - p_y)."""
        return -self.log_zero * (1 - at_label(logits.log_softmax(dim=1), labels).exp())
