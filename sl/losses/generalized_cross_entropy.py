"""Generalized cross entropy, between cross entropy and the mean absolute error."""

import torch
from torch import Tensor

from sl.checks import number
from sl.losses.base import Loss, at_label


class GeneralizedCrossEntropy(Loss):
    """GCE = (1 - p_y^q) / q, q in (0, 1], without truncation.

    Zhang and Sabuncu, "Generalized Cross Entropy Loss for Training Deep Neural Networks with Noisy Labels",
    NeurIPS 2018. It becomes CE as q -> 0 and is half of `MeanAbsoluteError` at q = 1.

    Shapes: see `Loss`. Raises UserError if q is outside its range.

    >>> import torch
    >>> logits = torch.tensor([[0.7, 0.2, 0.1]]).log()
    >>> GeneralizedCrossEntropy(q=0.5)(logits, torch.tensor([0]))
    tensor(0.3267)
    """

    def __init__(self, q: float, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.q = number("q", q, 0, 1, low_open=True)

    def per_example(self, logits: Tensor, labels: Tensor) -> Tensor:
        """-expm1(q log p_y) / q: the power's gradient has no pole at p_y = 0, and a small q cancels no digits."""
        return -torch.expm1(self.q * at_label(logits.log_softmax(dim=1), labels)) / self.q
