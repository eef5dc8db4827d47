"""Symmetric cross entropy learning (SL), the loss that this project is about."""

from torch import Tensor

from sl.checks import number
from sl.losses.base import Loss, at_label
from sl.losses.reverse_cross_entropy import LOG_ZERO


class SymmetricCrossEntropy(Loss):
    """SL = alpha CE + beta RCE = -alpha log p_y - beta A (1 - p_y), alpha, beta >= 0, A = `log_zero` < 0.

    Wang et al., "Symmetric Cross Entropy for Robust Learning with Noisy Labels", ICCV 2019. CE learns fast and
    overfits wrong labels, RCE tolerates them. A acts only through the product beta * (-A).
    Gradient in the logits: alpha (p_j - q_j) - beta A p_y (p_j - q_j), with q the one-hot label.

    Shapes: see `Loss`. Raises UserError if a parameter is outside its range.

    >>> import torch
    >>> logits = torch.tensor([[0.7, 0.2, 0.1]]).log()
    >>> SymmetricCrossEntropy(alpha=0.1, beta=1.0, log_zero=-4)(logits, torch.tensor([0]))
    tensor(1.2357)
    """

    def __init__(self, alpha: float, beta: float, log_zero: float = LOG_ZERO, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.alpha = number("alpha", alpha, 0)
        self.beta = number("beta", beta, 0)
        self.log_zero = number("log_zero", log_zero, high=0, high_open=True)

    def per_example(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Both parts from one log-softmax."""
        log_p_y = at_label(logits.log_softmax(dim=1), labels)
        return -self.alpha * log_p_y - self.beta * self.log_zero * (1 - log_p_y.exp())
