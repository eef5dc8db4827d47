"""Asymmetric generalized cross entropy."""

from typing import Unpack

import torch
from torch import Tensor

from sl.checks import number
from sl.losses.base import Options
from sl.losses.pointwise import Pointwise


class AsymmetricGeneralizedCrossEntropy(Pointwise):
    """AGCE = ((a + 1)^q - (a + p_y)^q) / q, a, q > 0.

    Zhou et al., "Asymmetric Loss Functions for Learning with Noisy Labels", ICML 2021. It becomes
    `GeneralizedCrossEntropy` as a -> 0 and is half of `MeanAbsoluteError` at q = 1, whatever a is.

    Shapes: see `Loss`. Raises UserError if a or q is not positive.

    >>> import torch
    >>> logits = torch.tensor([[0.7, 0.2, 0.1]]).log()
    >>> AsymmetricGeneralizedCrossEntropy(a=0.6, q=0.6)(logits, torch.tensor([0]))
    tensor(0.2588)
    """

    def __init__(self, a: float, q: float, reduction: str = "mean", **options: Unpack[Options]) -> None:
        super().__init__(reduction, **options)
        self.a = number("a", a, 0, low_open=True)
        self.q = number("q", q, 0, low_open=True)

    def of_label(self, log_p: Tensor) -> Tensor:
        """-(a + 1)^q expm1(q log1p((p_y - 1) / (a + 1))) / q, so that no digits cancel near p_y = 1.

        The clamp avoids log 0, whose gradient is not a number, where p_y = 0 and a is so small that a + 1 rounds to 1.
        """
        ratio = torch.expm1(log_p) / (self.a + 1)
        ratio = ratio.clamp(min=torch.finfo(ratio.dtype).eps - 1)
        return -((self.a + 1) ** self.q) * torch.expm1(self.q * torch.log1p(ratio)) / self.q
