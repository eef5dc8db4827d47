"""SL for binary and multi-label classification, and for masks."""

from typing import Unpack

import torch
from torch import Tensor

from sl.array_like import describe
from sl.errors import UserError
from sl.losses.base import Options, check_tensors
from sl.losses.symmetric_cross_entropy import SymmetricCrossEntropy


class BinarySymmetricCrossEntropy(SymmetricCrossEntropy):
    """`SymmetricCrossEntropy` of each logit's two classes, p = (1 - sigmoid(z), sigmoid(z)).

    For a label y in {0, 1} with s = sigmoid(z) and p_y = s^y (1 - s)^(1 - y): -alpha log p_y - beta A (1 - p_y).
    logits of any shape; labels in the same shape: int64 of 0 and 1, or floating point in [0, 1] for soft labels.
    Result: "none" keeps the shape. weight (2,) holds the weights of label 0 and of label 1; int64 labels equal to
    `ignore_index` are ignored.

    The paper's second author advises on segmentation (issue 5 of YisenWang/symmetric_cross_entropy_for_noisy_labels):
    A = -1 or -2 in place of the -4 of classification, because a mask has many entries; for noisy masks alpha about 0.1
    and beta up to 6 or 10. A multi-label target has many entries too, so `log_zero` has no default here. A user reports
    slow convergence on multi-label data even with a small beta (issue 6). Raises UserError as `Loss` does.

    >>> loss = BinarySymmetricCrossEntropy(alpha=0.1, beta=1.0, log_zero=-2)
    >>> loss(torch.zeros(1, 2), torch.tensor([[1, 0]]))
    tensor(1.0693)
    """

    def __init__(
        self, alpha: float, beta: float, log_zero: float, reduction: str = "mean", **options: Unpack[Options]
    ) -> None:
        super().__init__(alpha, beta, log_zero, reduction, **options)

    def forward(self, logits: Tensor, labels: Tensor, index: Tensor | None = None) -> Tensor:
        """The reduced loss of all entries: a sigmoid is the softmax of 0 and z."""
        check_tensors(logits=logits, labels=labels)
        if not logits.is_floating_point():
            raise UserError("logits", describe(logits), "must be floating point")
        if labels.shape != logits.shape or not (labels.dtype == torch.int64 or labels.is_floating_point()):
            shape = f"of the logits' shape {tuple(logits.shape)}"
            raise UserError("labels", describe(labels), f"must be {shape}: torch.int64 of 0 and 1, or floating point")
        entries = logits.flatten()
        pairs = torch.stack([torch.zeros_like(entries), entries], dim=1)
        targets = labels.flatten()
        if targets.is_floating_point():
            targets = torch.stack([1 - targets, targets], dim=1)
        losses = super().forward(pairs, targets)
        return losses.reshape(logits.shape) if self.reduction == "none" else losses
