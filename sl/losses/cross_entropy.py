"""Cross entropy, the loss that all others here are compared with."""

from torch import Tensor

from sl.errors import UserError
from sl.losses.term import Term


class CrossEntropy(Term):
    """CE = -log p_y, with p = softmax(logits).

    Shapes and errors: see `Loss`.

    >>> import torch
    >>> logits = torch.tensor([[0.7, 0.2, 0.1]]).log()
    >>> CrossEntropy()(logits, torch.tensor([0]))
    tensor(0.3567)
    """

    def of_label(self, log_p: Tensor) -> Tensor:
        """-log p_y."""
        return -log_p

    def of_target(self, log_p: Tensor, target: Tensor) -> Tensor:
        """-sum_k t_k log p_k."""
        return -(target * log_p).sum(dim=1)


def term_or_cross_entropy(term: object) -> Term:
    """`term`, or cross entropy for None; UserError for anything that is no `Term`."""
    if term is None:
        return CrossEntropy()
    if isinstance(term, Term):
        return term
    raise UserError(f"term={term}: allowed is CrossEntropy, ReverseCrossEntropy or SymmetricCrossEntropy")
