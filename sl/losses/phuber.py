"""Partially Huberised cross entropy: cross entropy with a limited slope in p_y."""

import math
from typing import Unpack

import torch
from torch import Tensor

from sl.checks import number
from sl.losses.base import Options
from sl.losses.pointwise import Pointwise


class PHuberCrossEntropy(Pointwise):
    """PHuber-CE = -log p_y where p_y > 1 / tau, else log tau + 1 - tau p_y; tau >= 1.

    Menon et al., "Can gradient clipping mitigate label noise?", ICLR 2020. Below 1 / tau the tangent continues, so
    that the slope in p_y is never steeper than -tau: the gradient in the logits is min(1, tau p_y) times that of CE.
    It becomes CE as tau -> inf and is 1 - p_y, half of `MeanAbsoluteError`, at tau = 1.

    Shapes: see `Loss`. Raises UserError if tau is below 1.

    >>> import torch
    >>> logits = torch.tensor([[0.7, 0.2, 0.1]]).log()
    >>> PHuberCrossEntropy(tau=2)(logits, torch.tensor([1]))
    tensor(1.2931)
    """

    def __init__(self, tau: float, reduction: str = "mean", **options: Unpack[Options]) -> None:
        super().__init__(reduction, **options)
        self.tau = number("tau", tau, 1)

    def of_label(self, log_p: Tensor) -> Tensor:
        """Both branches are finite everywhere, so that choosing between them leaves the gradient finite."""
        tangent = math.log(self.tau) + 1 - self.tau * log_p.exp()
        return torch.where(log_p > -math.log(self.tau), -log_p, tangent)
