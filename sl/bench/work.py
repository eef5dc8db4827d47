"""The arithmetic of a network, counted operation by operation."""

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

BATCH = 2


def training_flops(model: nn.Module, image_shape: tuple[int, int, int]) -> float:
    """Floating point operations of the forward and backward pass of one image (convolutions and matrix products)."""
    images = torch.zeros(BATCH, *image_shape)
    with FlopCounterMode(display=False) as counter:
        model.train()(images).sum().backward()
    return counter.get_total_flops() / BATCH
