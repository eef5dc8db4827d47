"""The forward pass of a training step, in the precision of its runtime."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from sl.losses import Loss
from sl.train.device import Runtime


def lower_precision(runtime: Runtime) -> bool:
    """Whether convolutions and dense layers compute in a lower precision than float32."""
    return runtime.precision != "float32"


def autocast(runtime: Runtime) -> torch.autocast:
    """A context in which convolutions and dense layers compute in the precision of `runtime`."""
    enabled = lower_precision(runtime)
    return torch.autocast(runtime.device.type, dtype=torch.bfloat16, enabled=enabled, cache_enabled=False)


def forward_pass(model: nn.Module, loss: Loss, runtime: Runtime) -> Callable[..., tuple[Tensor, Tensor]]:
    """A function that computes the loss () and the logits (B, K) of a batch.

    Its arguments are stand-ins for parameters by name (`StepWeights.values`), images, labels and index of the batch.
    """

    def forward(values: dict[str, Any], images: Tensor, labels: Tensor, index: Tensor) -> tuple[Tensor, Tensor]:
        with autocast(runtime):
            logits = functional_call(model, values, (images,), tie_weights=False)
        return loss(logits, labels, index), logits

    return forward
