"""The fused layers as a PyTorch function, and the choice between it and PyTorch's own layers."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

from sl.fused.compiled import library

CHANNELS_LAST = torch.channels_last
TYPES = {torch.float32: "float32", torch.bfloat16: "bfloat16"}
_enabled = False


def enable(wanted: bool) -> None:
    """Use the compiled functions from now on if `wanted` and available; at first they are off."""
    global _enabled  # noqa: PLW0603, a switch of the process like those of torch.backends
    _enabled = wanted and library() is not None


class NormPoolRelu(nn.BatchNorm2d):
    """Batch normalisation, then 2x2 max pooling if `pool`, then ReLU: (N, C, H, W) -> the same, or half of H and W.

    Pooling stands before ReLU: value and gradient are the same in either order, and ReLU has a quarter of the work.
    """

    running_mean: Tensor
    running_var: Tensor
    num_batches_tracked: Tensor
    momentum: float

    def __init__(self, channels: int, pool: bool = False) -> None:
        super().__init__(channels)
        self.pool = pool

    def forward(self, x: Tensor) -> Tensor:
        """In one pass where the compiled functions take `x`, else layer by layer."""
        if _enabled and self._fits(x):
            if self.training:
                self.num_batches_tracked.add_(1)
            return Fused.apply(x, self.weight, self.bias, self)
        x = super().forward(x)
        return functional.relu(functional.max_pool2d(x, 2) if self.pool else x, inplace=True)

    def extra_repr(self) -> str:
        """The text of BatchNorm2d, and `pool`."""
        return f"{super().extra_repr()}, pool={self.pool}"

    def _fits(self, x: Tensor) -> bool:
        n, _, h, w = x.shape
        whole = n * h * w > 1 and (not self.pool or h % 2 == w % 2 == 0)
        ordered = x.device.type == "cpu" and x.is_contiguous(memory_format=CHANNELS_LAST)
        typed = x.dtype in TYPES and self.weight.dtype == torch.float32
        moded = self.training or not torch.is_grad_enabled()  # PyTorch computes gradients through fixed statistics
        return whole and ordered and typed and moded and not torch.compiler.is_compiling()


class Fused(torch.autograd.Function):
    """Calls the compiled functions; the running statistics of `norm` change as in its own forward pass."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, norm: NormPoolRelu) -> Tensor:
        """(N, C, H, W) -> (N, C, H, W), or half of H and W."""
        n, c, h, w = x.shape
        size = (n, c, h // 2, w // 2) if norm.pool else (n, c, h, w)
        y = torch.empty(size, dtype=x.dtype, memory_format=CHANNELS_LAST)
        winner = torch.empty(size if norm.pool else (0,), dtype=torch.uint8)
        running = [norm.running_mean, norm.running_var]
        mean, variance = (torch.empty_like(bias), torch.empty_like(bias)) if norm.training else running
        own = [value.data_ptr() if norm.training else None for value in running]
        shape = (n, h, w, c, norm.pool, norm.eps, torch.get_num_threads())
        function(x, "forward")(
            *pointers(x, weight, bias), *shape, norm.momentum, *own, *pointers(mean, variance, y, winner)
        )
        ctx.save_for_backward(x, y, winner, weight, mean, variance)
        ctx.shape = shape
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of x, weight and bias."""
        x, y, winner, weight, mean, variance = ctx.saved_tensors
        gradient = gradient.contiguous(memory_format=CHANNELS_LAST)
        results = torch.empty_like(x), torch.empty_like(weight), torch.empty_like(weight)
        given = pointers(gradient, x, y, winner, weight, mean, variance)
        function(x, "backward")(*given, *ctx.shape, *pointers(*results))
        return *results, None


def function(x: Tensor, name: str) -> Any:
    """The compiled function for the type of `x`."""
    return getattr(library(), f"{name}_{TYPES[x.dtype]}")


def pointers(*tensors: Tensor) -> list[int]:
    """Addresses of the first elements of `tensors`."""
    return [tensor.data_ptr() for tensor in tensors]
