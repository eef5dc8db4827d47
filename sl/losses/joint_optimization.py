"""The loss of joint optimisation."""

import math
from typing import Unpack

from torch import Tensor

from sl.checks import number
from sl.losses.base import Loss, Options
from sl.losses.tensors import at_label


class JointOptimization(Loss):
    """CE + alpha KL(u || m) + beta H(p), u uniform, m the batch's mean prediction, H the entropy; alpha, beta >= 0.

    Tanaka et al., "Joint Optimization Framework for Learning with Noisy Labels", CVPR 2018, as in the code published
    with SL: the loss alone, with the labels as given. The paper's method then replaces the labels by averaged
    predictions and trains anew, which is not done here. The KL term keeps the classes in balance. It is one
    number for the batch and part of every example's loss, so that the mean over the batch is the paper's loss. The
    published code has the cross entropy of u and m in its place, which is larger by the constant log K.
    `ignore_index` is refused: an ignored example would still be part of m.

    Shapes: see `Loss`. Raises UserError if alpha or beta is negative, or for an ignore_index.

    >>> import torch
    >>> logits = torch.tensor([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]]).log()
    >>> JointOptimization(alpha=1.2, beta=0.8)(logits, torch.tensor([0, 1]))
    tensor(1.1127)
    """

    cannot_ignore = "an ignored example would still change the batch's mean prediction"

    def __init__(self, alpha: float, beta: float, reduction: str = "mean", **options: Unpack[Options]) -> None:
        super().__init__(reduction, **options)
        self.alpha = number("alpha", alpha, 0)
        self.beta = number("beta", beta, 0)

    def per_example(self, logits: Tensor, labels: Tensor) -> Tensor:
        """CE of each label plus the two regularisers, which do not depend on the label, (N,)."""
        log_p = logits.log_softmax(dim=1)
        divergence, entropy = self._regularisers(log_p)
        return -at_label(log_p, labels) + self.alpha * divergence + self.beta * entropy

    def per_target(self, logits: Tensor, target: Tensor) -> Tensor:
        """sum_k t_k times the loss of label k."""
        log_p = logits.log_softmax(dim=1)
        divergence, entropy = self._regularisers(log_p)
        return -(target * log_p).sum(dim=1) + target.sum(dim=1) * (self.alpha * divergence + self.beta * entropy)

    def _regularisers(self, log_p: Tensor) -> tuple[Tensor, Tensor]:
        """KL(u || m) () and H(p) (N,).

        log m is a logsumexp: a class that gets almost no probability in the batch does not make it infinite.
        """
        log_mean = log_p.logsumexp(dim=0) - math.log(max(1, len(log_p)))
        divergence = -math.log(log_p.shape[1]) - log_mean.mean()
        return divergence, -(log_p.exp() * log_p).sum(dim=1)
