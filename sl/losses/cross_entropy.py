"""Cross entropy, the loss that all others here are compared with."""

from torch import Tensor

from sl.losses.base import Loss, at_label


class CrossEntropy(Loss):
    """CE = -log p_y, with p = softmax(logits).

    Shapes and errors: see `Loss`.

    >>> import torch
    >>> logits = torch.tensor([[0.7, 0.2, 0.1]]).log()
    >>> CrossEntropy()(logits, torch.tensor([0]))
    tensor(0.3567)
    """

    def per_example(self, logits: Tensor, labels: Tensor) -> Tensor:
        """-log p_y."""
        return -at_label(logits.log_softmax(dim=1), labels)
