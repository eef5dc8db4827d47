"""Cross entropy with smoothed labels."""

from typing import Unpack

from torch import Tensor

from sl.checks import number
from sl.losses.base import Loss, Options
from sl.losses.cross_entropy import term_or_cross_entropy
from sl.losses.term import Term, one_hot


class LabelSmoothing(Loss):
    """LSR = -(1 - epsilon) log p_y - epsilon / K * sum_k log p_k, epsilon in [0, 1].

    Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", CVPR 2016. The targets sum to 1:
    1 - epsilon + epsilon / K on the label and epsilon / K on each other class, as in torch's `label_smoothing`.
    The code published with SL differs: its targets are 1 - epsilon and epsilon / 10 whatever K is, so that with
    epsilon 0.1 they sum to 0.99 for ten classes and to 1.89 for a hundred.
    `term` compares targets and prediction in place of CE. A class weight multiplies the whole loss of its label, with
    the smoothed part; torch's `cross_entropy` with weight and label_smoothing weights each term of the sum by its own
    class instead, which gives another value.

    Shapes: see `Loss`. Raises UserError if epsilon is outside its range or term is no `Term`.

    >>> import torch
    >>> logits = torch.tensor([[0.7, 0.2, 0.1]]).log()
    >>> LabelSmoothing(epsilon=0.1)(logits, torch.tensor([0]))
    tensor(0.4633)
    """

    linear_in_target = False

    def __init__(
        self, epsilon: float, reduction: str = "mean", term: Term | None = None, **options: Unpack[Options]
    ) -> None:
        super().__init__(reduction, **options)
        self.epsilon = number("epsilon", epsilon, 0, 1)
        self.term = term_or_cross_entropy(term)

    def per_example(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The term (N,) of prediction and smoothed label."""
        return self.per_target(logits, one_hot(logits, labels))

    def per_target(self, logits: Tensor, target: Tensor) -> Tensor:
        """The term (N,) of prediction and smoothed target."""
        smoothed = (1 - self.epsilon) * target + self.epsilon / logits.shape[1]
        return self.term.of_target(logits.log_softmax(dim=1), smoothed)
