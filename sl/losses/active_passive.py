"""Weighted sum of an active and a passive loss."""

from typing import Unpack

from torch import Tensor

from sl.losses.base import Loss, Options
from sl.losses.parts import part_of, term_weights


class ActivePassive(Loss):
    """APL = alpha active + beta passive, alpha, beta >= 0.

    Ma et al., "Normalized Loss Functions for Deep Learning with Noisy Labels", ICML 2020. An active loss, such as
    NCE, only raises p_y; a passive one, such as MAE or RCE, also lowers p_k of a class k that is not the label.
    The parts' own `reduction` has no effect.

    Shapes: see `Loss`. Raises UserError if alpha or beta is outside its range or both are 0, if a part is not a `Loss`
    or has its own weight or ignore_index, and for an ignore_index where a part cannot ignore.

    >>> import torch
    >>> from sl.losses import MeanAbsoluteError, NormalizedCrossEntropy
    >>> logits = torch.tensor([[0.7, 0.2, 0.1]]).log()
    >>> loss = ActivePassive(NormalizedCrossEntropy(), MeanAbsoluteError(), alpha=10.0, beta=0.5)
    >>> loss(logits, torch.tensor([0]))
    tensor(1.1356)
    """

    def __init__(
        self,
        active: Loss,
        passive: Loss,
        alpha: float,
        beta: float,
        reduction: str = "mean",
        **options: Unpack[Options],
    ) -> None:
        super().__init__(reduction, **options)
        self.active: Loss = part_of(active, "active", Loss)
        self.passive: Loss = part_of(passive, "passive", Loss)
        self.cannot_ignore = active.cannot_ignore or passive.cannot_ignore
        self.check_ignoring()
        self.linear_in_target = active.linear_in_target and passive.linear_in_target
        self.alpha, self.beta = term_weights(alpha, beta)

    def check_batch(self, logits: Tensor, labels: Tensor, index: Tensor | None) -> None:
        """Raise UserError unless the batch fits `Loss` and each part."""
        super().check_batch(logits, labels, index)
        for part in (self.active, self.passive):
            part.check_batch(logits, labels, index)

    def per_example(self, logits: Tensor, labels: Tensor) -> Tensor:
        """alpha active + beta passive, (N,)."""
        return self._sum(self.active.per_example(logits, labels), self.passive.per_example(logits, labels))

    def per_indexed_example(self, logits: Tensor, labels: Tensor, index: Tensor) -> Tensor:
        """The same sum where a part may remember examples by their `index` (N,)."""
        parts = (part.per_indexed_example(logits, labels, index) for part in (self.active, self.passive))
        return self._sum(*parts)

    def per_target(self, logits: Tensor, target: Tensor) -> Tensor:
        """The same sum for soft targets (N, K), which each part reads in its own way."""
        return self._sum(self.active.per_target(logits, target), self.passive.per_target(logits, target))

    def _sum(self, active: Tensor, passive: Tensor) -> Tensor:
        return self.alpha * active + self.beta * passive
