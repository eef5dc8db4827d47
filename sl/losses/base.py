"""What all losses share: the check of a batch, the precision of the arithmetic, and the reduction."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from sl.checks import one_of
from sl.errors import UserError

REDUCTIONS = ("mean", "sum", "none")


@dataclass(frozen=True)
class EpochView:
    """What a loss may see when an epoch is over.

    epoch: its number, from 1; epochs: how many the run has. represent(count): representations (count, D) of that many
    training images (of all, if there are fewer), drawn anew for every epoch.
    """

    epoch: int
    epochs: int
    represent: Callable[[int], Tensor]


class Loss(nn.Module, ABC):
    """A classification loss, called as ``loss(logits, labels)``.

    logits: (N, K) floating point, unnormalised, K >= 2; value and gradient are finite for entries up to +-1e4.
    labels: (N,) int64 in [0, K). Their values are not looked at, which would make an accelerator wait.
    index: (N,) int64, which training example each is. The trainer gives it; only a loss that remembers examples asks.
    Result: a scalar for reduction "mean" or "sum", (N,) for "none"; float32, or float64 if the logits are.

    A subclass defines `per_example`, and most define nothing else. One that learns during a run defines
    `per_indexed_example` (called in every step) or `after_epoch` too, keeps what it learns in persistent buffers and
    changes them in place: so a step can be captured, and a checkpoint holds them. Half precision and autocast are
    dealt with here. Raises UserError if `reduction` is another word, or if a batch has another shape or type.
    """

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = one_of("reduction", reduction, REDUCTIONS)

    @abstractmethod
    def per_example(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The loss of each example, (N,), from float32 or float64 logits (N, K), with autocast off."""

    def per_indexed_example(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """The same, where it is known which training examples these are."""
        return self.per_example(logits, labels)

    def after_epoch(self, view: EpochView) -> None:
        """Called when an epoch is over and before the next begins."""

    def forward(self, logits: Tensor, labels: Tensor, index: Tensor | None = None) -> Tensor:
        """The reduced loss of a batch."""
        check_batch(logits, labels, index)
        precise = logits.to(torch.promote_types(logits.dtype, torch.float32))
        with torch.autocast(logits.device.type, enabled=False):
            if index is None:
                losses = self.per_example(precise, labels)
            else:
                losses = self.per_indexed_example(precise, labels, index)
        if self.reduction == "none":
            return losses
        return losses.mean() if self.reduction == "mean" else losses.sum()


def check_batch(logits: Tensor, labels: Tensor, index: Tensor | None = None) -> None:
    """Raise UserError unless logits are (N, K) floats, and labels and index (N,) int64; reads no values."""
    if not logits.is_floating_point() or logits.ndim != 2 or logits.shape[1] < 2:
        raise UserError(f"logits={_describe(logits)}: allowed is floating point of shape (N, K) with K at least 2")
    for name, whole in (("labels", labels), ("index", index)):
        if whole is not None and (whole.dtype != torch.int64 or whole.shape != logits.shape[:1]):
            raise UserError(f"{name}={_describe(whole)}: allowed is torch.int64 of shape ({logits.shape[0]},)")


def _describe(tensor: Tensor) -> str:
    return f"{tensor.dtype} of shape {tuple(tensor.shape)}"


def at_label(values: Tensor, labels: Tensor) -> Tensor:
    """From each row of values (N, K) the entry of its label: (N,)."""
    return values.gather(1, labels.unsqueeze(1)).squeeze(1)
