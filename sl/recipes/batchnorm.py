"""Constants of batch normalisation; frameworks disagree on them, and the paper's networks were trained in Keras."""

from torch import nn


def configure_batchnorm(model: nn.Module, eps: float, momentum: float) -> None:
    """Set every batch normalisation of `model`: `eps` under the root, `momentum` the new batch's share.

    The running statistics become (1 - momentum) * old + momentum * batch: Keras' momentum 0.99 is 0.01 here.
    """
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            layer.eps, layer.momentum = eps, momentum
