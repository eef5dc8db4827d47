"""Reverse cross entropy: cross entropy with prediction and label exchanged."""

from typing import Unpack

import torch
from torch import Tensor

from sl.checks import number
from sl.losses.base import Options
from sl.losses.term import Term

LOG_ZERO = -9.210340371976182
"""ln(1e-4): what log 0 becomes in the code published with SL, which clips one-hot labels to at least 1e-4."""


class ReverseCrossEntropy(Term):
    """RCE = -sum_k p_k log q_k = -A (1 - p_y) for a one-hot label q, with log 0 set to A = `log_zero` < 0.

    Wang et al., "Symmetric Cross Entropy for Robust Learning with Noisy Labels", ICCV 2019. Over all labels of an
    example it sums to the constant -(K - 1) A, which makes it tolerant of symmetric noise below 1 - 1/K.
    A soft target t costs -sum_k p_k max(log t_k, A): the definition itself, which is not the mean over labels.

    Shapes: see `Loss`. Raises UserError if log_zero is not negative.

    >>> import torch
    >>> logits = torch.tensor([[0.7, 0.2, 0.1]]).log()
    >>> ReverseCrossEntropy(log_zero=-4)(logits, torch.tensor([0]))
    tensor(1.2000)
    """

    linear_in_target = False

    def __init__(self, log_zero: float = LOG_ZERO, reduction: str = "mean", **options: Unpack[Options]) -> None:
        super().__init__(reduction, **options)
        self.log_zero = number("log_zero", log_zero, high=0, high_open=True)

    def of_label(self, log_p: Tensor) -> Tensor:
        """-A (1 - p_y)."""
        return -self.log_zero * (1 - log_p.exp())

    def of_target(self, log_p: Tensor, target: Tensor) -> Tensor:
        """-sum_k p_k max(log t_k, A): a t_k below e^A counts as zero, as in the published code, which clips it."""
        least = torch.finfo(target.dtype).tiny  # keeps the gradient of log finite where the result is A
        log_target = torch.where(target < least, self.log_zero, target.clamp(min=least).log())
        return -(log_p.exp() * log_target.clamp(min=self.log_zero)).sum(dim=1)
