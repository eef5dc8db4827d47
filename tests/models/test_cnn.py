"""The paper's plain networks, layer by layer as published."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from sl.errors import UserError
from sl.fused import NormPoolRelu
from sl.models import Cnn4, Cnn8, Cnn8Pooled

CASES = [
    # network, image shape, parameters as published, width of the representation
    (Cnn4, (1, 28, 28), 422_090, 128),
    (Cnn8, (3, 32, 32), 1_639_794, 256),
    (Cnn8Pooled, (3, 32, 32), 887_154, 256),  # published: 887,200, rounded to hundreds
]


@pytest.mark.parametrize(("network", "shape", "parameters", "width"), CASES)
def test_number_of_parameters_is_the_published_one(
    network: type[Cnn4 | Cnn8], shape: tuple[int, int, int], parameters: int, width: int
) -> None:
    assert sum(parameter.numel() for parameter in network(10, shape).parameters()) == parameters


def test_a_quarter_of_the_channels_costs_a_sixteenth_of_the_inner_convolutions() -> None:
    narrow = [layer for layer in Cnn8(10, (3, 32, 32), width=0.25).modules() if isinstance(layer, nn.Conv2d)]
    assert [layer.out_channels for layer in narrow] == [16, 16, 32, 32, 49, 49]
    assert Cnn8(10, (3, 32, 32), width=0.25).head.in_features == 64


@pytest.mark.parametrize("width", [0, -1, 1.5, "wide"])
def test_a_width_outside_0_to_1_is_refused(width: float) -> None:
    with pytest.raises(UserError, match="width"):
        Cnn8(10, (3, 32, 32), width=width)


def described(model: nn.Module) -> list[str]:
    """Every layer without children, in order, with what tells it from others."""
    names = []
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d):
            assert layer.kernel_size == (3, 3)
            assert layer.stride == (1, 1)
            assert layer.padding == (1, 1)
            assert layer.bias is not None
            names.append(f"conv {layer.in_channels}-{layer.out_channels}")
        elif isinstance(layer, nn.Linear):
            assert layer.bias is not None
            names.append(f"dense {layer.in_features}-{layer.out_features}")
        elif isinstance(layer, NormPoolRelu):
            names += [f"bn {layer.num_features}", *(["pool 2"] if layer.pool else []), "relu"]
        elif isinstance(layer, nn.BatchNorm1d):
            names.append(f"bn {layer.num_features}")
    return names


def test_layers_of_cnn4() -> None:
    expected = "conv 1-32, bn 32, pool 2, relu, conv 32-64, bn 64, pool 2, relu, dense 3136-128, bn 128, dense 128-10"
    assert ", ".join(described(Cnn4(10, (1, 28, 28)))) == expected  # the ReLU after fc1 is a function


def test_layers_of_cnn8() -> None:
    expected, inputs = [], 3
    for width in (64, 128, 196):
        for _ in range(2):
            expected += [f"conv {inputs}-{width}", f"bn {width}", "relu"]
            inputs = width
        expected.insert(-1, "pool 2")
    assert described(Cnn8(10, (3, 32, 32))) == [*expected, "dense 3136-256", "bn 256", "dense 256-10"]


@pytest.mark.parametrize("network", [Cnn4, Cnn8])
@pytest.mark.parametrize("shape", [(1, 8, 8), (1, 28, 28), (3, 32, 32), (3, 17, 9)])
def test_any_image_shape_and_batch_size(network: type[Cnn4 | Cnn8], shape: tuple[int, int, int]) -> None:
    model = network(7, shape).eval()
    for count in (1, 3):
        images = torch.rand(count, *shape)
        features = model.features(images)
        assert features.shape == (count, model.fc1.out_features)
        assert torch.equal(model(images), model.head(features))
        assert model(images).shape == (count, 7)


@pytest.mark.parametrize(("network", "shape", "parameters", "width"), CASES)
def test_representation_is_fc1_after_bn_and_relu(
    network: type[Cnn4 | Cnn8], shape: tuple[int, int, int], parameters: int, width: int
) -> None:
    model = network(10, shape)
    seen: list[tuple[Tensor, Tensor]] = []
    model.fc1.register_forward_hook(lambda layer, inputs, output: seen.append((inputs[0], output)))
    images = torch.rand(5, *shape)
    features = model.features(images)
    given, dense = seen[0]
    body = model.body(images)
    pooled = functional.adaptive_avg_pool2d(body, 1) if network is Cnn8Pooled else body
    torch.testing.assert_close(given, pooled.flatten(1))
    centred = dense - dense.mean(0)  # what a fresh batch normalisation makes of it in training mode
    expected = (centred / (dense.var(0, unbiased=False) + 1e-5).sqrt()).clamp_min(0)
    assert features.shape == (5, width)
    torch.testing.assert_close(features, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("network", "least"), [(Cnn4, 4), (Cnn8, 8)])
def test_images_too_small_for_the_poolings(network: type[Cnn4 | Cnn8], least: int) -> None:
    network(10, (1, least, least))
    with pytest.raises(
        UserError, match=rf"{least - 1}x{least} px are .*, which needs {least}x{least}; dataset\.image_size"
    ):
        network(10, (1, least - 1, least))
