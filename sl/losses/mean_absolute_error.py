"""Mean absolute error between the predicted and the labelled distribution."""

from torch import Tensor

from sl.losses.base import Loss, at_label


class MeanAbsoluteError(Loss):
    """MAE = sum_k |p_k - q_k| = 2 (1 - p_y) for a one-hot label q.

    Ghosh et al., "Robust Loss Functions under Label Noise for Deep Neural Networks", AAAI 2017. Equal to
    `ReverseCrossEntropy` at log_zero = -2. Some code of the field calls half of it, 1 - p_y, by the same name.

    Shapes and errors: see `Loss`.

    >>> import torch
    >>> logits = torch.tensor([[0.7, 0.2, 0.1]]).log()
    >>> MeanAbsoluteError()(logits, torch.tensor([0]))
    tensor(0.6000)
    """

    def per_example(self, logits: Tensor, labels: Tensor) -> Tensor:
        """2 (1 - p_y)."""
        return 2 * (1 - at_label(logits.log_softmax(dim=1), labels).exp())
