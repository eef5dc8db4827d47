"""Constants of batch normalisation."""

import torch
from torch import nn

from sl.models import Cnn8
from sl.recipes import configure_batchnorm


def test_constants_act_as_in_keras() -> None:
    model = Cnn8(10, (3, 16, 16))
    configure_batchnorm(model, eps=1e-3, momentum=0.01)
    norm = model.fc1_norm
    batch = torch.randn(50, 256, generator=torch.Generator().manual_seed(0)) * 0.05
    output = norm(batch)
    torch.testing.assert_close(output, (batch - batch.mean(0)) / (batch.var(0, unbiased=False) + 1e-3).sqrt())
    torch.testing.assert_close(norm.running_mean, 0.01 * batch.mean(0))  # Keras: 0.99 * old + 0.01 * batch
    torch.testing.assert_close(norm.running_var, 0.99 + 0.01 * batch.var(0))


def test_every_layer_is_reached() -> None:
    model = Cnn8(10, (3, 16, 16))
    configure_batchnorm(model, eps=0.5, momentum=0.25)
    layers = [layer for layer in model.modules() if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d)]
    assert [(layer.eps, layer.momentum) for layer in layers] == [(0.5, 0.25)] * 7
