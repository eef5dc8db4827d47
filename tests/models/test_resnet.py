"""torchvision's ResNets with the stem for small images."""

import pytest
import torch
from torch import Tensor, nn

from sl.models import ResNet18, ResNet34


@pytest.mark.parametrize(
    ("network", "blocks", "published"),
    # 18: as in widely used CIFAR code; 34: 21.3 million in the PyTorch code linked from the SL authors'
    [(ResNet18, (2, 2, 2, 2), 11_173_962), (ResNet34, (3, 4, 6, 3), 21_282_122)],
)
def test_number_of_parameters(network: type[ResNet18 | ResNet34], blocks: tuple[int, ...], published: int) -> None:
    total, inputs = 3 * 64 * 9 + 2 * 64, 64
    for width, count in zip((64, 128, 256, 512), blocks, strict=True):
        for block in range(count):
            total += 9 * width * (inputs + width) + 4 * width
            total += inputs * width + 2 * width if block == 0 and inputs != width else 0
            inputs = width
    total += 512 * 10 + 10
    model = network(10, (3, 32, 32))
    assert sum(parameter.numel() for parameter in model.parameters()) == total == published


def test_stem_keeps_the_image_size() -> None:
    model = ResNet18(10, (3, 32, 32)).eval()
    shapes: list[tuple[int, ...]] = []

    def note(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        shapes.append(tuple(output.shape[1:]))

    for layer in (model.body.layer1, model.body.layer4):
        layer.register_forward_hook(note)
    model(torch.rand(1, 3, 32, 32))
    assert shapes == [(64, 32, 32), (512, 4, 4)]


@pytest.mark.parametrize("shape", [(3, 32, 32), (1, 8, 8), (1, 28, 28)])
def test_representation(shape: tuple[int, int, int]) -> None:
    model = ResNet18(10, shape).eval()
    images = torch.rand(2, *shape)
    features = model.features(images)
    assert features.shape == (2, 512)
    assert torch.equal(model(images), model.head(features))
