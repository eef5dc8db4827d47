"""Focal loss: cross entropy with less weight on examples that are predicted well."""

import math
from typing import Unpack

import torch
from torch import Tensor

from sl.checks import number
from sl.losses.base import Loss, Options
from sl.losses.tensors import at_label


class FocalLoss(Loss):
    """FL = -(1 - p_y)^gamma log p_y, gamma >= 0; CE at gamma = 0.

    Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017. The gradient goes through both factors. The code of
    Ma et al. (ICML 2020) detaches the factor (1 - p_y)^gamma: the value is the same, but its gradient is smaller, by
    the factor 1 - gamma p_y log p_y / (1 - p_y), which lies between 1 and 1 + gamma.

    Shapes: see `Loss`. Raises UserError if gamma is negative.

    >>> import torch
    >>> logits = torch.tensor([[0.7, 0.2, 0.1]]).log()
    >>> FocalLoss(gamma=2)(logits, torch.tensor([0]))
    tensor(0.0321)
    """

    def __init__(self, gamma: float, reduction: str = "mean", **options: Unpack[Options]) -> None:
        super().__init__(reduction, **options)
        self.gamma = number("gamma", gamma, 0)

    def per_example(self, logits: Tensor, labels: Tensor) -> Tensor:
        """log(1 - p_y) is summed over the other classes: for gamma < 1 the power has an infinite slope at p_y = 1."""
        log_p = logits.log_softmax(dim=1)
        log_rest = log_p.scatter(1, labels.unsqueeze(1), -math.inf).logsumexp(dim=1)
        return -(self.gamma * log_rest).exp() * at_label(log_p, labels)

    def per_target(self, logits: Tensor, target: Tensor) -> Tensor:
        """sum_k t_k times the loss of label k; only the largest p_k can be near 1, so only its 1 - p_k is a sum."""
        log_p = logits.log_softmax(dim=1)
        top = log_p.argmax(dim=1, keepdim=True)
        others = log_p.scatter(1, top, -math.inf)
        log_rest = torch.log1p(-others.exp()).scatter(1, top, others.logsumexp(dim=1, keepdim=True))
        return -(target * (self.gamma * log_rest).exp() * log_p).sum(dim=1)
