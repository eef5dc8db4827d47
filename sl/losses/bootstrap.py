"""Bootstrapping: the target is the label mixed with what the network itself predicts."""

from typing import Unpack

from torch import Tensor

from sl.checks import flag, number
from sl.losses.base import Loss, Options
from sl.losses.cross_entropy import term_or_cross_entropy
from sl.losses.term import Term, mix_with_prediction, one_hot


class Bootstrap(Loss):
    """-sum_k t_k log p_k with the target t = beta q + (1 - beta) g, q the one-hot label, beta in [0, 1].

    hard: g is one-hot at the predicted class (the lower index in a tie). soft: g = p.
    Reed et al., "Training Deep Neural Networks on Noisy Labels with Bootstrapping", ICLR 2015 workshop. As in the
    code published with SL, the gradient goes through the soft target too: this part of the loss is (1 - beta) times
    the entropy of p. The hard target is piecewise constant and passes no gradient. At beta = 1 both are CE.
    `term` compares target and prediction in place of CE.

    Shapes: see `Loss`. Raises UserError if beta is outside its range, hard is neither true nor false or term is no
    `Term`.

    >>> import torch
    >>> logits = torch.tensor([[0.7, 0.2, 0.1]]).log()
    >>> Bootstrap(beta=0.8, hard=True)(logits, torch.tensor([1]))
    tensor(1.3589)
    >>> Bootstrap(beta=0.8, hard=False)(logits, torch.tensor([1]))
    tensor(1.4479)
    """

    linear_in_target = False

    def __init__(
        self, beta: float, hard: bool, reduction: str = "mean", term: Term | None = None, **options: Unpack[Options]
    ) -> None:
        super().__init__(reduction, **options)
        self.beta = number("beta", beta, 0, 1)
        self.hard = flag("hard", hard)
        self.term = term_or_cross_entropy(term)

    def per_example(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The term (N,) of prediction and mixed label."""
        return self.per_target(logits, one_hot(logits, labels))

    def per_target(self, logits: Tensor, target: Tensor) -> Tensor:
        """The term (N,) of prediction and mixed target."""
        log_p = logits.log_softmax(dim=1)
        if self.hard:
            mixed = mix_with_prediction(log_p, target, self.beta)
        else:
            mixed = self.beta * target + (1 - self.beta) * log_p.exp()
        return self.term.of_target(log_p, mixed)
