"""Cross entropy divided by its sum over all labels."""

from torch import Tensor

from sl.losses.base import Loss
from sl.losses.tensors import at_label


class NormalizedCrossEntropy(Loss):
    """NCE = log p_y / sum_k log p_k, in [0, 1]; over all labels of an example it sums to 1.

    Ma et al., "Normalized Loss Functions for Deep Learning with Noisy Labels", ICML 2020. Tolerant of symmetric
    noise, but slow to fit on its own, hence `ActivePassive`.

    Shapes and errors: see `Loss`.

    >>> import torch
    >>> logits = torch.tensor([[0.7, 0.2, 0.1]]).log()
    >>> NormalizedCrossEntropy()(logits, torch.tensor([0]))
    tensor(0.0836)
    """

    def per_example(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The denominator is at least K log K in size, so it needs no small constant added to it."""
        log_p = logits.log_softmax(dim=1)
        return at_label(log_p, labels) / log_p.sum(dim=1)

    def per_target(self, logits: Tensor, target: Tensor) -> Tensor:
        """sum_j t_j log p_j / sum_k log p_k."""
        log_p = logits.log_softmax(dim=1)
        return (target * log_p).sum(dim=1) / log_p.sum(dim=1)
