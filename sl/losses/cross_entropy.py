"""Cross entropy, the loss that the others here are compared with."""

import math
from typing import Unpack

from torch import Tensor

from sl.checks import number
from sl.losses.base import Options
from sl.losses.parts import part_of
from sl.losses.term import Term


class CrossEntropy(Term):
    """CE = -log max(p_y, p_min), with p = softmax(logits) and p_min in [0, 1).

    p_min = 0 is ordinary cross entropy. Keras clips probabilities at 1e-7 (tf.keras.backend.epsilon), and so does the
    code published with SL: below p_min the value is constant and the gradient is zero, so that an example whose label
    gets less than p_min no longer changes the network. Keras also clips at 1 - 1e-7, where the gradient is below 1e-7
    anyway; that is left out here.

    Shapes: see `Loss`. Raises UserError if p_min is outside its range.

    >>> import torch
    >>> logits = torch.tensor([[0.7, 0.2, 0.1]]).log()
    >>> CrossEntropy()(logits, torch.tensor([0]))
    tensor(0.3567)
    """

    def __init__(self, reduction: str = "mean", p_min: float = 0.0, **options: Unpack[Options]) -> None:
        super().__init__(reduction, **options)
        self.p_min = number("p_min", p_min, 0, 1, high_open=True)

    def of_label(self, log_p: Tensor) -> Tensor:
        """-log max(p_y, p_min)."""
        return -self._clip(log_p)

    def of_target(self, log_p: Tensor, target: Tensor) -> Tensor:
        """-sum_k t_k log max(p_k, p_min)."""
        return -(target * self._clip(log_p)).sum(dim=1)

    def _clip(self, log_p: Tensor) -> Tensor:
        return log_p.clamp(min=math.log(self.p_min)) if self.p_min else log_p


def term_or_cross_entropy(term: object) -> Term:
    """`term`, or cross entropy for None; UserError for anything that is no `Term`."""
    found: Term = CrossEntropy() if term is None else part_of(term, "term", Term)
    return found
