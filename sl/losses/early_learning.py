"""Early-learning regularisation: early predictions of an example keep the network from memorising its label."""

from contextlib import suppress
from typing import Unpack

import torch
from torch import Tensor

from sl.array_like import describe
from sl.checks import integer, number
from sl.errors import UserError
from sl.losses.base import Loss, Options
from sl.losses.tensors import at_label

LEAST = 1e-4  # predictions are clipped to [LEAST, 1 - LEAST] before they enter the targets, as in the published code


class EarlyLearningRegularization(Loss):
    """ELR = CE + lambda log(1 - <p, t>); t <- beta t + (1 - beta) p is each example's running prediction, 0 at first.

    Liu et al., "Early-Learning Regularization Prevents Memorization of Noisy Labels", NeurIPS 2020. t is updated
    before it is used, and no gradient flows through it. lambda >= 0, called `lambda_` here; beta in [0, 1).
    As in the published code, the p that enters t is clipped at 1e-4 and scaled to sum to 1, so that <p, t> stays below
    1. Unlike there, the p in the loss itself is not clipped.

    `targets` (num_examples, num_classes), float32, is t of every training example. A call in training mode with
    gradients enabled changes the rows of its index; in eval() or under no_grad nothing changes, and the value is the
    same.
    logits (N, K), labels (N,): see `Loss`. Raises UserError if a parameter is outside its range, for an ignore_index,
    soft targets, logits of other shapes or classes, and without an index.

    >>> logits, index = torch.tensor([[0.7, 0.2, 0.1]]).log(), torch.tensor([4])
    >>> loss = EarlyLearningRegularization(beta=0.5, lambda_=1.0, num_examples=10, num_classes=3)
    >>> loss(logits, torch.tensor([0]), index)
    tensor(0.0420)
    >>> loss.targets[4]
    tensor([0.3500, 0.1000, 0.0500])
    """

    cannot_ignore = "ELR keeps a running prediction of every example"
    targets: Tensor

    def __init__(
        self,
        beta: float,
        lambda_: float,
        num_examples: int,
        num_classes: int,
        reduction: str = "mean",
        **options: Unpack[Options],
    ) -> None:
        super().__init__(reduction, **options)
        self.beta = number("beta", beta, 0, 1, high_open=True)
        self.lambda_ = number("lambda_", lambda_, 0)
        self.num_examples = integer("num_examples", num_examples, 1)
        self.num_classes = integer("num_classes", num_classes, 2)
        self.register_buffer("targets", torch.zeros(self.num_examples, self.num_classes))

    def per_example(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Raises UserError: this loss needs the number of each training example."""
        raise UserError("index", None, "must be the number of each training example, int64 of shape (N,)")

    def check_batch(self, logits: Tensor, labels: Tensor, index: Tensor | None) -> None:
        """As in `Loss`; also, labels must be (N,) and int64, and logits have as many classes as `targets`."""
        super().check_batch(logits, labels, index)
        if labels.ndim != 1:
            raise UserError("labels", describe(labels), "must be torch.int64 of shape (N,)")
        if logits.shape[1] != self.targets.shape[1]:
            raise UserError("logits", f"{logits.shape[1]} classes", f"must have num_classes={self.targets.shape[1]}")

    def per_indexed_example(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """log(1 - <p, t>) is the logsumexp of log p_k + log(1 - t_k), in which no digits cancel."""
        log_p = logits.log_softmax(dim=1)
        target = self.updated(log_p.detach().exp(), index, keep=self.training and torch.is_grad_enabled())
        return -at_label(log_p, labels) + self.lambda_ * (log_p + torch.log1p(-target)).logsumexp(dim=1)

    @torch.no_grad()
    def updated(self, p: Tensor, index: Tensor, keep: bool) -> Tensor:
        """Targets (N, K) of the examples `index` after an update by the predictions p (N, K); stored if `keep`."""
        p, before = p.clamp(LEAST, 1 - LEAST), self._remembered(index)
        target = self.beta * before + (1 - self.beta) * p / p.sum(dim=1, keepdim=True)
        if keep:  # a step that a gradient scaler skips must leave no nan in the memory
            after = target.to(self.targets.dtype)
            self.targets.index_copy_(0, index, torch.where(after.isfinite(), after, before))
        return target

    def _remembered(self, index: Tensor) -> Tensor:
        """The rows of `targets`. If PyTorch refuses the index on the CPU, UserError says which number."""
        try:
            return self.targets.index_select(0, index)
        except (IndexError, RuntimeError):
            if index.is_cpu:
                with suppress(RuntimeError):  # under vmap and tracing, values cannot be read
                    outside = index[(index < 0) | (index >= len(self.targets))].tolist()
                    if outside:
                        raise UserError(
                            "index", outside[0], f"must be in [0, num_examples={len(self.targets)})"
                        ) from None
            raise
