"""Mean absolute error between the predicted and the labelled distribution."""

from torch import Tensor

from sl.losses.pointwise import Pointwise


class MeanAbsoluteError(Pointwise):
    """MAE = sum_k |p_k - q_k| = 2 (1 - p_y) for a one-hot label q.

    Ghosh et al., "Robust Loss Functions under Label Noise for Deep Neural Networks", AAAI 2017. Equal to
    `ReverseCrossEntropy` at log_zero = -2. Other code often calls half of it, 1 - p_y, by the same name.

    Shapes and errors: see `Loss`.

    >>> import torch
    >>> logits = torch.tensor([[0.7, 0.2, 0.1]]).log()
    >>> MeanAbsoluteError()(logits, torch.tensor([0]))
    tensor(0.6000)
    """

    linear_in_target = False

    def of_label(self, log_p: Tensor) -> Tensor:
        """2 (1 - p_y)."""
        return 2 * (1 - log_p.exp())

    def per_target(self, logits: Tensor, target: Tensor) -> Tensor:
        """sum_k |p_k - t_k|, the definition itself."""
        return (logits.softmax(dim=1) - target).abs().sum(dim=1)
