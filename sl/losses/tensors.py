"""Small functions of tensors that losses share: rows of pixels, the entry of a label, blocks without autocast."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor


def as_rows(tensor: Tensor) -> Tensor:
    """(N, K, d1, ...) as (N * d1 * ..., K)."""
    return tensor if tensor.ndim == 2 else tensor.movedim(1, -1).flatten(0, -2)


def at_label(values: Tensor, labels: Tensor) -> Tensor:
    """From each row of values (N, K) the entry of its label: (N,)."""
    return values.gather(1, labels.unsqueeze(1)).squeeze(1)


def without_autocast(device: str) -> AbstractContextManager[Any]:
    """Switch autocast off for a block; does nothing on devices without autocast, such as meta.

    While torch.compile traces, the device is not asked whether it has autocast: PyTorch 2.11 cannot trace that call.
    """
    available = device != "meta" and (torch.compiler.is_compiling() or torch.amp.is_autocast_available(device))
    return torch.autocast(device, enabled=False) if available else nullcontext()
