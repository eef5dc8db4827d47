"""What all losses share: shapes, precision of the arithmetic, class weights, ignored labels and the reduction."""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self, TypedDict

import torch
from torch import Tensor, nn

from sl.array_like import describe
from sl.checks import integer, one_of
from sl.errors import UserError
from sl.losses.tensors import as_rows, without_autocast

REDUCTIONS = ("mean", "sum", "none")
VOID = 255  # what data sets of masks write where nobody gave a label


@dataclass(frozen=True)
class EpochView:
    """What a loss can use after an epoch.

    epoch: its number, from 1; epochs: how many the run has. represent(count): representations (count, D) of that many
    training images (of all, if there are fewer), drawn anew for every epoch. UserError unless 1 <= epoch <= epochs.
    """

    epoch: int
    epochs: int
    represent: Callable[[int], Tensor]

    def __post_init__(self) -> None:
        integer("epoch", self.epoch, 1, integer("epochs", self.epochs, 1))


class Options(TypedDict, total=False):
    """Keyword arguments that every loss takes besides its own parameters; `Loss` says what they mean."""

    weight: Tensor | None
    ignore_index: int | None


class Loss(nn.Module, ABC):
    """A classification loss, called as ``loss(logits, labels)``.

    logits: (N, K) or (N, K, d1, ...) floating point, unnormalised, K >= 2; value and gradient are finite for entries up
    to +-1e4. labels: (N,) or (N, d1, ...) int64 in [0, K); or soft targets, floating point in the shape of the logits,
    which sum to 1 over the classes. The values of soft targets are not checked, nor those of labels on an accelerator,
    where the check would wait for the device. On the CPU a label outside [0, K) is a UserError.
    index: (N,) int64, the number of each training example. The trainer passes it; only a loss that remembers examples
    uses it.
    Result: a scalar for reduction "mean" or "sum", the shape of the logits without classes for "none"; float32, or
    float64 if the logits are.

    weight (K,) multiplies the loss of each label, and "mean" divides by the sum of the weights of the labels. It moves
    with the module but is not in its state_dict.
    An example whose label is `ignore_index` has zero loss and gradient, and "mean" leaves it out. With soft targets
    "mean" divides by N, weight multiplies each class's term where the loss is a sum over classes (else UserError), and
    `ignore_index` is refused. All as in `torch.nn.functional.cross_entropy` without its `label_smoothing` (see
    `LabelSmoothing`), except that nothing is ignored unless `ignore_index` is given.

    A subclass defines `per_example`, and most define nothing else. One that learns during a run defines
    `per_indexed_example` (called in every step) or `after_epoch` too, keeps what it learns in persistent buffers and
    changes them in place. Then a CUDA graph can hold the step, and a checkpoint saves what was learnt. This class
    handles half precision and autocast; `.to(dtype)` leaves a loss's buffers in the precision that they were made in.
    Raises UserError for a parameter out of its range, and for a batch of another shape or type.
    """

    linear_in_target: bool = True
    """Whether `per_target` is a sum over classes of target times loss, so that a class weight can stand inside it."""
    cannot_ignore: str = ""
    """Why `ignore_index` is refused; empty where it is allowed."""
    weight: Tensor | None
    __call__: Callable[..., Tensor]  # torch says Any

    def __init__(
        self, reduction: str = "mean", *, weight: Tensor | None = None, ignore_index: int | None = None
    ) -> None:
        super().__init__()
        self.reduction = one_of("reduction", reduction, REDUCTIONS)
        self.ignore_index = None if ignore_index is None else integer("ignore_index", ignore_index, -(2**63))
        self.check_ignoring()
        self.register_buffer("weight", None if weight is None else checked_weight(weight), persistent=False)

    @abstractmethod
    def per_example(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The loss of each example, (N,), from float32 or float64 logits (N, K), with autocast off."""

    def per_target(self, logits: Tensor, target: Tensor) -> Tensor:
        """The loss (N,) for soft targets t (N, K): here sum_k t_k times the loss of label k.

        This calls `per_example` K times. A subclass for many classes should define its own.
        """
        labels = torch.arange(logits.shape[1], device=logits.device)
        losses = [self.per_example(logits, label.expand(len(logits))) for label in labels]
        return (target * torch.stack(losses, dim=1)).sum(dim=1)

    def per_indexed_example(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """`per_example` with the number (N,) of each training example, which this class does not use."""
        return self.per_example(logits, labels)

    def after_epoch(self, view: EpochView) -> None:
        """Called after every epoch; this class passes `view` on to the losses that are parts of this one."""
        for part in self.children():
            if isinstance(part, Loss):
                part.after_epoch(view)

    def forward(self, logits: Tensor, labels: Tensor, index: Tensor | None = None) -> Tensor:
        """The reduced loss of a batch."""
        self.check_batch(logits, labels, index)
        rows = as_rows(logits).to(torch.promote_types(logits.dtype, torch.float32))
        with without_autocast(logits.device.type):
            if labels.is_floating_point():
                losses, divisor = self._of_targets(rows, as_rows(labels).to(rows.dtype)), None
            else:
                losses, divisor = self._of_labels(rows, labels.flatten(), index)
        if self.reduction == "none":
            return losses.reshape(logits.shape[:1] + logits.shape[2:])
        if self.reduction == "sum":
            return losses.sum()
        return losses.mean() if divisor is None else losses.sum() / divisor

    def _of_labels(self, logits: Tensor, labels: Tensor, index: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Weighted losses (N,), and the divisor of their sum for the mean; None stands for N.

        Ignored rows are computed and then masked, so that their number does not change the shapes of a captured step.
        """
        counted = None if self.ignore_index is None else labels != self.ignore_index
        if counted is not None:
            labels = torch.where(counted, labels, 0)
        losses = self._of_each(logits, labels, index)
        if self.weight is None and counted is None:
            return losses, None
        share = torch.ones_like(losses) if self.weight is None else self.weight.to(losses.dtype).index_select(0, labels)
        if counted is not None:
            share, losses = torch.where(counted, share, 0.0), torch.where(counted, losses, 0.0)
        return share * losses, share.sum()

    def _of_each(self, logits: Tensor, labels: Tensor, index: Tensor | None) -> Tensor:
        """Losses (N,). On the CPU, UserError names a label that PyTorch refuses; elsewhere PyTorch's error passes."""
        try:
            if index is None:
                losses = self.per_example(logits, labels)
            else:
                losses = self.per_indexed_example(logits, labels, index)
        except (IndexError, RuntimeError):
            if labels.is_cpu:
                with suppress(RuntimeError):  # under vmap and tracing, values cannot be read
                    self._check_classes(labels, logits.shape[1])
            raise
        return self._one_for_each(losses, logits)

    def _check_classes(self, labels: Tensor, classes: int) -> None:
        outside = labels[(labels < 0) | (labels >= classes)].tolist()
        if outside:
            unlabelled = outside[0] < 0 or outside[0] == VOID
            can_ignore = self.ignore_index is None and not self.cannot_ignore
            hint = f"; ignore_index={outside[0]} leaves them out" if unlabelled and can_ignore else ""
            raise UserError("labels", outside[0], f"must be in [0, {classes}){hint}") from None

    def _of_targets(self, logits: Tensor, target: Tensor) -> Tensor:
        """Weighted losses (N,)."""
        if self.ignore_index is not None:
            raise UserError("ignore_index", self.ignore_index, "must not be given with soft targets")
        if self.weight is not None:
            if not self.linear_in_target:
                raise UserError(f"weight: must not be given with soft targets for {type(self).__name__}")
            target = target * self.weight.to(target.dtype)
        return self._one_for_each(self.per_target(logits, target), logits)

    def _one_for_each(self, losses: Tensor, logits: Tensor) -> Tensor:
        """`losses` if their shape is (N,), else UserError: (N, 1) times the weights of labels would be (N, N)."""
        if losses.shape != logits.shape[:1]:
            rule = f"must return a loss for each example, of shape ({logits.shape[0]},)"
            raise UserError(f"{type(self).__name__}: it returned {describe(losses)}, {rule}")
        return losses

    def check_batch(self, logits: Tensor, labels: Tensor, index: Tensor | None) -> None:
        """Raise UserError unless shapes and types are as `Loss` describes them; reads no values."""
        check_tensors(logits=logits, labels=labels)
        if not logits.is_floating_point() or logits.ndim < 2 or logits.shape[1] < 2:
            rule = "must be floating point of shape (N, K) or (N, K, d1, ...) with K at least 2"
            raise UserError("logits", describe(logits), rule)
        places = logits.shape[:1] + logits.shape[2:]
        hard = labels.dtype == torch.int64 and labels.shape == places
        soft = labels.is_floating_point() and labels.shape == logits.shape
        if not hard and not soft:
            rule = f"must be torch.int64 of shape {tuple(places)}, or floating point of shape {tuple(logits.shape)}"
            raise UserError("labels", describe(labels), rule)
        if index is not None:
            check_tensors(index=index)
            if index.dtype != torch.int64 or index.shape != logits.shape[:1]:
                raise UserError("index", describe(index), f"must be torch.int64 of shape ({logits.shape[0]},)")
        if self.weight is not None and len(self.weight) != logits.shape[1]:
            rule = f"must have {logits.shape[1]}, the number of classes of the logits"
            raise UserError("weight", f"{len(self.weight)} classes", rule)

    def check_ignoring(self) -> None:
        """Raise UserError for an `ignore_index` where the loss cannot leave an example out."""
        if self.ignore_index is not None and self.cannot_ignore:
            raise UserError("ignore_index", self.ignore_index, f"must be None: {self.cannot_ignore}")

    def extra_repr(self) -> str:
        """The constructor's parameters; a loss inside this one is printed on a line of its own."""
        names = [*inspect.signature(type(self)).parameters, "weight", "ignore_index"]
        values = {name: getattr(self, name, None) for name in names}
        shown = {name: value for name, value in values.items() if isinstance(value, int | float | str | Tensor)}
        return ", ".join(f"{name}={_short(value)}" for name, value in shown.items())

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """Move buffers to another device but keep their precision, which running targets and T need."""

        def move(tensor: Tensor) -> Tensor:
            moved = fn(tensor)
            return moved if moved.dtype == tensor.dtype else tensor.to(moved.device)

        return super()._apply(move, recurse)


def check_tensors(**given: object) -> None:
    """Raise UserError that names the first of a batch's arguments that is no tensor."""
    for name, value in given.items():
        if not isinstance(value, Tensor):
            raise UserError(
                name, type(value).__name__, "must be a tensor; torch.as_tensor makes one of arrays and lists"
            )


def checked_weight(weight: object) -> Tensor:
    """`weight` if it is a tensor (K,) of numbers that are not negative; UserError otherwise."""
    if not isinstance(weight, Tensor) or weight.ndim != 1 or not weight.is_floating_point():
        given = describe(weight) if isinstance(weight, Tensor) else weight
        raise UserError("weight", given, "must be a floating point tensor of shape (K,)")
    wrong = [] if weight.is_meta else (~((weight >= 0) & weight.isfinite())).nonzero()[:, 0].tolist()
    if wrong:
        raise UserError(f"weight[{wrong[0]}]", float(weight[wrong[0]]), "must be finite and not negative")
    return weight.detach()


def _short(value: object) -> str:
    return f"{tuple(value.shape)} tensor" if isinstance(value, Tensor) else f"{value}"
