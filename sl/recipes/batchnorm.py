"""Batch normalisation; frameworks disagree on its constants and statistics, and the paper trained in Keras."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

BatchNorm = nn.BatchNorm1d | nn.BatchNorm2d


def configure_batchnorm(model: nn.Module, eps: float, momentum: float, zero_debias: bool) -> None:
    """Set `eps` (under the root) and `momentum` m (the new batch's share) of all batch normalisation in `model`.

    The running statistics become (1 - m) * old + m * batch: Keras' momentum 0.99 is 0.01 here. With `zero_debias` they
    start at zero, and evaluation inside `debiased_statistics` divides them by 1 - (1 - m)^t after t batches: an average
    of the batches alone, with no weight on the initial values 0 and 1. Keras on TensorFlow 1 does this
    (`moving_averages.assign_moving_average(zero_debias=True)`). A layer that keeps no running statistics gets the
    constants alone.
    """
    for layer in batchnorms(model):
        layer.eps, layer.momentum = eps, momentum
        if zero_debias and layer.running_var is not None:
            layer.running_var.zero_()


@contextmanager
def debiased_statistics(model: nn.Module, zero_debias: bool) -> Iterator[None]:
    """Inside the block, the running statistics of `model` are divided by 1 - (1 - m)^t, as evaluation needs them.

    The factor is computed on the model's device, so nothing waits for it. Without `zero_debias`, or before the first
    batch, nothing changes. After the block the statistics are as before.
    """
    averaging = [layer for layer in batchnorms(model) if zero_debias and layer.running_mean is not None]
    layers = [(statistics(layer), bias_correction(layer)) for layer in averaging]
    biased = [[value.clone() for value in values] for values, _ in layers]
    for values, correction in layers:
        for value in values:
            value.div_(correction)
    try:
        yield
    finally:
        for (values, _), olds in zip(layers, biased, strict=True):
            for value, old in zip(values, olds, strict=True):
                value.copy_(old)


def bias_correction(layer: BatchNorm) -> Tensor:
    """1 - (1 - m)^t after t batches, () float64; 1 before the first."""
    assert layer.momentum is not None
    assert layer.num_batches_tracked is not None
    count = layer.num_batches_tracked
    return torch.where(count > 0, 1 - (1 - layer.momentum) ** count.double(), 1.0)


def batchnorms(model: nn.Module) -> Iterator[BatchNorm]:
    """Every batch normalisation layer of `model`."""
    return (layer for layer in model.modules() if isinstance(layer, BatchNorm))


def statistics(layer: BatchNorm) -> tuple[Tensor, Tensor]:
    """The running mean and variance of `layer`, which keeps them, (C,) each: its own tensors, no copies."""
    assert layer.running_mean is not None
    assert layer.running_var is not None
    return layer.running_mean, layer.running_var
