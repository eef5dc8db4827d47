"""Constants and running statistics of batch normalisation."""

import pytest
import torch
from torch import nn

from sl.models import Cnn8
from sl.recipes.batchnorm import configure_batchnorm, debiased_statistics


def test_constants_act_as_in_keras() -> None:
    model = Cnn8(10, (3, 16, 16))
    configure_batchnorm(model, eps=1e-3, momentum=0.01, zero_debias=False)
    norm = model.fc1_norm
    batch = torch.randn(50, 256, generator=torch.Generator().manual_seed(0)) * 0.05
    output = norm(batch)
    torch.testing.assert_close(output, (batch - batch.mean(0)) / (batch.var(0, unbiased=False) + 1e-3).sqrt())
    torch.testing.assert_close(norm.running_mean, 0.01 * batch.mean(0))  # Keras: 0.99 * old + 0.01 * batch
    torch.testing.assert_close(norm.running_var, 0.99 + 0.01 * batch.var(0))
    with debiased_statistics(model, zero_debias=False):
        torch.testing.assert_close(norm.running_mean, 0.01 * batch.mean(0))


def test_every_layer_is_reached() -> None:
    model = Cnn8(10, (3, 16, 16))
    configure_batchnorm(model, eps=0.5, momentum=0.25, zero_debias=True)
    layers = [layer for layer in model.modules() if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d)]
    assert [(layer.eps, layer.momentum) for layer in layers] == [(0.5, 0.25)] * 7
    assert all((layer.running_var == 0).all() for layer in layers)


@pytest.mark.parametrize("batches", [1, 5, 300])
def test_debiased_statistics_are_an_average_of_the_batches_alone(batches: int) -> None:
    """The weights of TensorFlow's moving average with zero_debias, written out: m (1-m)^(t-i) / (1 - (1-m)^t)."""
    model = nn.Sequential(nn.BatchNorm1d(3))
    configure_batchnorm(model, eps=1e-3, momentum=0.01, zero_debias=True)
    data = torch.randn(batches, 20, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float32) + 5
    for batch in data:
        model(batch)
    weights = 0.01 * 0.99 ** torch.arange(batches - 1, -1, -1, dtype=torch.float64)
    weights /= 1 - 0.99**batches
    assert weights.sum() == pytest.approx(1)
    with debiased_statistics(model, zero_debias=True):
        mean, variance = (weights[:, None] * data.mean(1)).sum(0), (weights[:, None] * data.var(1)).sum(0)
        torch.testing.assert_close(model[0].running_mean, mean.float())
        torch.testing.assert_close(model[0].running_var, variance.float())
    biased = (weights[:, None] * data.mean(1)).sum(0) * (1 - 0.99**batches)
    torch.testing.assert_close(model[0].running_mean, biased.float())  # training goes on from the sums


def test_an_untrained_network_can_be_evaluated() -> None:
    model = nn.Sequential(nn.BatchNorm1d(3)).eval()
    configure_batchnorm(model, eps=1e-3, momentum=0.01, zero_debias=True)
    with debiased_statistics(model, zero_debias=True):
        assert model(torch.ones(2, 3)).isfinite().all()


def test_a_layer_without_running_statistics_gets_the_constants_alone() -> None:
    """It takes the statistics of each batch in evaluation too."""
    model = nn.Sequential(nn.BatchNorm1d(3, track_running_stats=False)).eval()
    configure_batchnorm(model, eps=0.5, momentum=0.01, zero_debias=True)
    batch = torch.randn(20, 3, generator=torch.Generator().manual_seed(0))
    with debiased_statistics(model, zero_debias=True):
        found = model(batch)
    torch.testing.assert_close(found, (batch - batch.mean(0)) / (batch.var(0, unbiased=False) + 0.5).sqrt())
