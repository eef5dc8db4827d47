"""The paper's CIFAR-100 network."""

import copy

import pytest
import torch
from torch import nn

from sl.models import ResNet44
from sl.models.resnet44 import PreactivationBlock, pad_same


def conv(size: int, inputs: int, outputs: int) -> int:
    """Parameters of a convolution with biases."""
    return size * size * inputs * outputs + outputs


def test_number_of_parameters_from_the_description() -> None:
    total = conv(3, 3, 16) + 2 * 16
    inputs = 16
    for width in (16, 32, 64):
        for block in range(7):
            first = width == 16 and block == 0
            total += 0 if first else 2 * inputs  # leading batch normalisation
            total += conv(3, inputs, width) + 2 * width + conv(3, width, width)
            total += conv(1, inputs, width) if inputs != width else 0
            inputs = width
    total += 2 * 64 + 64 * 100 + 100
    assert sum(parameter.numel() for parameter in ResNet44(100, (3, 32, 32)).parameters()) == total


def test_44_layers_and_two_shortcut_convolutions() -> None:
    model = ResNet44(100, (3, 32, 32))
    convolutions = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d)]
    assert all(layer.bias is not None for layer in convolutions)
    shortcuts = [layer for layer in convolutions if layer.kernel_size == (1, 1)]
    assert [(layer.in_channels, layer.out_channels) for layer in shortcuts] == [(16, 32), (32, 64)]
    widening = [block for block in model.blocks if not isinstance(block.shortcut, nn.Identity)]
    assert [(block.shortcut, block.stride) for block in widening] == [(layer, 2) for layer in shortcuts]
    assert len(convolutions) - len(shortcuts) + 1 == 44


def test_sizes_through_the_stages() -> None:
    model = ResNet44(100, (3, 32, 32))
    x = model.stem(torch.rand(2, 3, 32, 32))
    shapes = []
    for block in model.blocks:
        x = block(x)
        shapes.append(tuple(x.shape[1:]))
    assert shapes == [(16, 32, 32)] * 7 + [(32, 16, 16)] * 7 + [(64, 8, 8)] * 7


def test_only_the_first_block_skips_its_leading_activation() -> None:
    leading = [isinstance(block.activation, nn.Identity) for block in ResNet44(100, (3, 32, 32)).blocks]
    assert leading == [True] + [False] * 20


@pytest.mark.parametrize(("inputs", "outputs", "stride"), [(4, 4, 1), (4, 6, 2)])
def test_shortcut_takes_the_raw_input(inputs: int, outputs: int, stride: int) -> None:
    block = PreactivationBlock(inputs, outputs, stride)
    nn.init.zeros_(block.conv2.weight)
    nn.init.zeros_(block.conv2.bias)
    x = torch.randn(2, inputs, 8, 8)  # also below 0, where an activation would show
    expected = x if inputs == outputs else nn.functional.conv2d(x, *block.shortcut.parameters(), stride)
    torch.testing.assert_close(block(x), expected)


def test_a_quarter_of_the_filters() -> None:
    narrow = ResNet44(100, (3, 32, 32), width=0.25)
    assert [block.conv2.out_channels for block in narrow.blocks] == [4] * 7 + [8] * 7 + [16] * 7
    assert (narrow.stem[0].out_channels, narrow.head.in_features) == (4, 16)


def test_gradients_of_few_filters_are_those_of_double_precision() -> None:
    """In the order of memory in which oneDNN's strided 1x1 convolution of 4 channels has none that are right."""
    order = torch.channels_last
    torch.manual_seed(1)  # with one in ten seeds rounding turns a ReLU, in any order of memory
    narrow = ResNet44(5, (3, 16, 16), width=0.25).to(memory_format=order)
    exact = copy.deepcopy(narrow).double()
    images = torch.rand(8, 3, 16, 16).contiguous(memory_format=order)
    for model, x in ((narrow, images), (exact, images.double())):
        model(x).square().sum().backward()
    for own, other in zip(narrow.parameters(), exact.parameters(), strict=True):
        assert own.grad is not None
        assert other.grad is not None
        torch.testing.assert_close(own.grad.double(), other.grad, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_gradients_keep_the_order_of_memory_through_all_stages(dtype: torch.dtype) -> None:
    """In two orders a sum at a shortcut took ten times as long, and every convolution copied its gradient."""
    order = torch.channels_last
    model, found = ResNet44(5, (3, 16, 16)).to(dtype=dtype, memory_format=order), []
    x = model.stem(torch.rand(2, 3, 16, 16, dtype=dtype).contiguous(memory_format=order))
    for block in model.blocks:
        x.register_hook(lambda gradient: found.append(gradient.is_contiguous(memory_format=order)))
        x = block(x)
    model.activation(x).mean((2, 3)).sum().backward()
    assert found == [True] * 21


@pytest.mark.parametrize("side", range(3, 20))
def test_padding_of_stride_two_follows_the_same_rule_of_keras(side: int) -> None:
    def lines(length: int) -> tuple[int, int]:
        total = max((-(-length // 2) - 1) * 2 + 3 - length, 0)
        return total // 2, total - total // 2

    for height in (side, side + 1):
        image = torch.arange(1.0, side + 1).view(1, 1, 1, side).expand(1, 1, height, side)
        assert torch.equal(pad_same(image), nn.functional.pad(image, (*lines(side), *lines(height))))


@pytest.mark.parametrize("shape", [(3, 32, 32), (1, 8, 8), (1, 28, 28), (3, 7, 13)])
def test_representation_is_the_mean_of_64_maps(shape: tuple[int, int, int]) -> None:
    model = ResNet44(5, shape).eval()
    for count in (1, 3):
        images = torch.rand(count, *shape)
        features = model.features(images)
        maps = model.activation(model.blocks(model.stem(images)))
        torch.testing.assert_close(features, nn.functional.adaptive_avg_pool2d(maps, 1).flatten(1))
        assert features.shape == (count, 64)
        assert torch.equal(model(images), model.head(features))
