"""Generalized cross entropy, between cross entropy and the mean absolute error."""

from typing import Unpack

import torch
from torch import Tensor

from sl.checks import number
from sl.losses.base import Options
from sl.losses.pointwise import Pointwise


class GeneralizedCrossEntropy(Pointwise):
    """GCE = (1 - p_y^q) / q, q in (0, 1], without truncation.

    Zhang and Sabuncu, "Generalized Cross Entropy Loss for Training Deep Neural Networks with Noisy Labels",
    NeurIPS 2018. It becomes CE as q -> 0 and is half of `MeanAbsoluteError` at q = 1.

    Shapes: see `Loss`. Raises UserError if q is outside its range.

    >>> import torch
    >>> logits = torch.tensor([[0.7, 0.2, 0.1]]).log()
    >>> GeneralizedCrossEntropy(q=0.5)(logits, torch.tensor([0]))
    tensor(0.3267)
    """

    def __init__(self, q: float, reduction: str = "mean", **options: Unpack[Options]) -> None:
        super().__init__(reduction, **options)
        self.q = number("q", q, 0, 1, low_open=True)

    def of_label(self, log_p: Tensor) -> Tensor:
        """-expm1(q log p_y) / q: the power's gradient has no pole at p_y = 0, and a small q cancels no digits."""
        return -torch.expm1(self.q * log_p) / self.q
