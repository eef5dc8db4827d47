"""Forward and backward correction of cross entropy by a known transition matrix T."""

import math
from typing import Unpack

import torch
from torch import Tensor

from sl.array_like import Numbers
from sl.errors import UserError
from sl.losses.base import Loss, Options
from sl.losses.cross_entropy import term_or_cross_entropy
from sl.losses.term import Term
from sl.transition_matrix import as_transition

LEAST = 1e-300
"""Below it a product in float64 may be 0, or have lost digits."""


class Correction(Loss):
    """What both corrections share: `transition`, T[i, j] = P(noisy = j | clean = i), a constant float64 buffer.

    It is made from a tensor, a NumPy array or lists.
    """

    transition: Tensor

    def __init__(self, transition: Numbers, reduction: str, **options: Unpack[Options]) -> None:
        super().__init__(reduction, **options)
        self.register_buffer("transition", as_transition(transition), persistent=False)

    def check_batch(self, logits: Tensor, labels: Tensor, index: Tensor | None) -> None:
        """As in `Loss`; also, the logits must have as many classes as the matrix."""
        super().check_batch(logits, labels, index)
        if logits.shape[1] != len(self.transition):
            rule = f"must have {len(self.transition)}, the number of classes of transition"
            raise UserError("logits", f"{logits.shape[1]} classes", rule)


class ForwardCorrection(Correction):
    """Forward = -log (T^T p)_y = -log sum_i T[i, y] p_i: CE between the noisy label and the noisy prediction.

    Patrini et al., "Making Deep Neural Networks Robust to Label Noise: a Loss Correction Approach", CVPR 2017.
    For a label that T never produces (a column of zeros) the loss is constant, -ln of the smallest normal float32, and
    not infinite. `term` compares the noisy label and the noisy prediction in place of CE.

    Shapes: see `Loss`; transition (K, K). Raises UserError if transition is not row-stochastic or of another K, or if
    term is no `Term`.

    >>> import torch
    >>> logits = torch.tensor([[0.7, 0.3]]).log()
    >>> ForwardCorrection(torch.tensor([[0.8, 0.2], [0.2, 0.8]]))(logits, torch.tensor([0]))
    tensor(0.4780)
    """

    log_columns: Tensor
    log_kept: Tensor
    moved: Tensor

    def __init__(
        self, transition: Numbers, reduction: str = "mean", term: Term | None = None, **options: Unpack[Options]
    ) -> None:
        super().__init__(transition, reduction, **options)
        self.term = term_or_cross_entropy(term)
        self.linear_in_target = self.term.linear_in_target
        columns = self.transition.T
        impossible = columns.sum(dim=1, keepdim=True) == 0
        logs = columns.log().masked_fill(impossible, math.log(torch.finfo(torch.float32).tiny))
        self.register_buffer("log_columns", logs, persistent=False)
        # With soft targets (T^T p)_j = T[j, j] p_j + sum_i moved[i, j] p_i
        kept = self.transition.diagonal()
        moved = (self.transition - kept.diag()).masked_fill(impossible.T, torch.finfo(torch.float32).tiny)
        self.register_buffer("log_kept", kept.clamp(min=LEAST).log(), persistent=False)
        self.register_buffer("moved", moved, persistent=False)

    def per_example(self, logits: Tensor, labels: Tensor) -> Tensor:
        """-log sum_i T[i, y] p_i, by logsumexp, so that neither p nor T underflows."""
        columns = self.log_columns.index_select(0, labels).to(logits.dtype)
        return self.term.of_label((logits.log_softmax(dim=1) + columns).logsumexp(dim=1))

    def per_target(self, logits: Tensor, target: Tensor) -> Tensor:
        """The term (N,) of the noisy prediction and the target, a distribution of noisy labels."""
        return self.term.of_target(self._log_noisy(logits.log_softmax(dim=1)), target)

    def _log_noisy(self, log_p: Tensor) -> Tensor:
        """log(T^T p) (N, K) from log p, with one product of matrices in place of N K^2 logarithms.

        The diagonal of T is added to log p as a logarithm. The rest of T enters a product in float64, which may
        underflow: its logarithm is right down to -690, further than logits of half or single precision lie apart in
        training.
        """
        log_p64 = log_p.double()
        kept, moved = log_p64 + self.log_kept, log_p64.exp() @ self.moved
        both = torch.stack([kept, moved.clamp(min=LEAST).log()]).logsumexp(dim=0)
        return torch.where(moved < LEAST, kept, both).to(log_p.dtype)


class BackwardCorrection(Correction):
    """Backward = -sum_j (T^-1)[y, j] log p_j; its mean over noisy labels is the CE of the clean label.

    Patrini et al., CVPR 2017, as `ForwardCorrection`. It can be negative, and T near singular makes it large.

    Shapes: see `Loss`; transition (K, K). Raises UserError if transition is not row-stochastic, singular or of
    another K.

    >>> import torch
    >>> logits = torch.tensor([[0.7, 0.3]]).log()
    >>> BackwardCorrection(torch.tensor([[0.8, 0.2], [0.2, 0.8]]))(logits, torch.tensor([0]))
    tensor(0.0742)
    """

    inverse: Tensor

    def __init__(self, transition: Numbers, reduction: str = "mean", **options: Unpack[Options]) -> None:
        super().__init__(transition, reduction, **options)
        rank, classes = int(torch.linalg.matrix_rank(self.transition)), len(self.transition)
        if rank < classes:
            raise UserError("transition", f"a {classes} x {classes} matrix of rank {rank}", "must be invertible")
        self.register_buffer("inverse", torch.linalg.inv(self.transition), persistent=False)

    def per_example(self, logits: Tensor, labels: Tensor) -> Tensor:
        """-sum_j (T^-1)[y, j] log p_j, (N,)."""
        return -(self.inverse.index_select(0, labels).to(logits.dtype) * logits.log_softmax(dim=1)).sum(dim=1)

    def per_target(self, logits: Tensor, target: Tensor) -> Tensor:
        """The same with the mean of the rows of T^-1, weighted by the target (N, K)."""
        return -(target @ self.inverse.to(logits.dtype) * logits.log_softmax(dim=1)).sum(dim=1)
