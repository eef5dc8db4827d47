"""What all losses share: the check of a batch, the precision of the arithmetic, and the reduction."""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from sl.checks import one_of
from sl.errors import UserError

REDUCTIONS = ("mean", "sum", "none")


class Loss(nn.Module, ABC):
    """A classification loss, called as ``loss(logits, labels)``.

    logits: (N, K) floating point, unnormalised, K >= 2; value and gradient are finite for entries up to +-1e4.
    labels: (N,) int64 in [0, K). Their values are not looked at, which would make an accelerator wait.
    Result: a scalar for reduction "mean" or "sum", (N,) for "none"; float32, or float64 if the logits are.

    A subclass defines `per_example` and nothing else. Half precision and autocast are dealt with here.
    Raises UserError if `reduction` is another word, or if a batch has another shape or type.
    """

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = one_of("reduction", reduction, REDUCTIONS)

    @abstractmethod
    def per_example(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The loss of each example, (N,), from float32 or float64 logits (N, K), with autocast off."""

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The reduced loss of a batch."""
        check_batch(logits, labels)
        precise = logits.to(torch.promote_types(logits.dtype, torch.float32))
        with torch.autocast(logits.device.type, enabled=False):
            losses = self.per_example(precise, labels)
        if self.reduction == "none":
            return losses
        return losses.mean() if self.reduction == "mean" else losses.sum()


def check_batch(logits: Tensor, labels: Tensor) -> None:
    """Raise UserError unless logits are (N, K) floats and labels (N,) int64; reads no values."""
    if not logits.is_floating_point() or logits.ndim != 2 or logits.shape[1] < 2:
        raise UserError(f"logits={_describe(logits)}: allowed is floating point of shape (N, K) with K at least 2")
    if labels.dtype != torch.int64 or labels.shape != logits.shape[:1]:
        raise UserError(f"labels={_describe(labels)}: allowed is torch.int64 of shape ({logits.shape[0]},)")


def _describe(tensor: Tensor) -> str:
    return f"{tensor.dtype} of shape {tuple(tensor.shape)}"


def at_label(values: Tensor, labels: Tensor) -> Tensor:
    """From each row of values (N, K) the entry of its label: (N,)."""
    return values.gather(1, labels.unsqueeze(1)).squeeze(1)
