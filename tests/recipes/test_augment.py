"""Batched augmentation against the same done image by image by scipy (as Keras does it) and by torchvision."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as torchvision

from sl.errors import UserError
from sl.recipes.augment import Augmentation, Draws, build_augmentation

SHAPES = [(3, 32, 32), (1, 28, 28), (3, 9, 14)]


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def batch(shape: tuple[int, int, int], count: int = 24) -> Tensor:
    return torch.rand(count, *shape, generator=seeded(1))


def as_keras(image: NDArray[np.float64], offset: list[float], flip: bool, angle: float) -> NDArray[np.float64]:
    """One image (C, H, W) as Keras' ImageDataGenerator of 2018 changes it: affine_transform, then the flip."""
    turn = np.array([[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0], [0, 0, 1]])
    shift = np.array([[1, 0, offset[0]], [0, 1, offset[1]], [0, 0, 1]])
    pivot = np.eye(3)
    if angle:
        pivot[:2, 2] = [side / 2 + 0.5 for side in image.shape[1:]]
    matrix = pivot @ turn @ shift @ np.linalg.inv(pivot)
    channels = [
        ndimage.affine_transform(channel, matrix[:2, :2], matrix[:2, 2], order=1, mode="nearest") for channel in image
    ]
    return np.stack(channels)[:, :, ::-1] if flip else np.stack(channels)


def as_torchvision(image: Tensor, offset: list[int], flip: bool, angle: float, padding: int) -> Tensor:
    """One image (C, H, W) as torchvision's RandomCrop, RandomHorizontalFlip and RandomRotation change it.

    torchvision's angles say how the image turns, the draws' how the sampling points do: the other way.
    """
    height, width = image.shape[1:]
    padded = torchvision.pad(image, [padding] * 4)
    image = torchvision.crop(padded, padding + offset[0], padding + offset[1], height, width)
    image = torchvision.hflip(image) if flip else image
    return torchvision.rotate(image, -math.degrees(angle), InterpolationMode.NEAREST) if angle else image


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rotation", [0.0, 20.0])
def test_shift_flip_and_rotation_equal_scipy(shape: tuple[int, int, int], rotation: float) -> None:
    augmentation = Augmentation(shift=0.2, flip=True, rotation=rotation)
    images = batch(shape)
    draws = augmentation.draw(len(images), shape, seeded())
    out = augmentation(images, draws)
    for index, image in enumerate(images.double().numpy()):
        expected = as_keras(image, draws.offset[index].tolist(), bool(draws.flip[index]), draws.angle[index].item())
        np.testing.assert_allclose(out[index].numpy(), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("shape", [*SHAPES, (1, 5, 1), (1, 1, 5)])
def test_shift_alone_equals_scipys_shift(shape: tuple[int, int, int]) -> None:
    augmentation = Augmentation(shift=0.2)
    images = batch(shape)
    draws = augmentation.draw(len(images), shape, seeded())
    for image, out, offset in zip(images, augmentation(images, draws), draws.offset.tolist(), strict=True):
        # scipy says by how much the image moves, the draws by how much the sampling point does
        expected = ndimage.shift(image.double().numpy(), [0, -offset[0], -offset[1]], order=1, mode="nearest")
        np.testing.assert_allclose(out.numpy(), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rotation", [0.0, 20.0])
def test_crop_flip_and_rotation_equal_torchvision(shape: tuple[int, int, int], rotation: float) -> None:
    augmentation = Augmentation(crop_padding=4, flip=True, rotation=rotation)
    images = batch(shape)
    draws = augmentation.draw(len(images), shape, seeded())
    for image, out, offset, flip, angle in zip(
        images, augmentation(images, draws), draws.offset.int().tolist(), draws.flip, draws.angle.tolist(), strict=True
    ):
        torch.testing.assert_close(out, as_torchvision(image, offset, bool(flip), angle, 4), rtol=0, atol=1e-5)


AUGMENTATIONS = [
    Augmentation(shift=0.2, flip=True, rotation=20.0),
    Augmentation(crop_padding=4, flip=True, rotation=20.0),
    Augmentation(flip=True),
]


@pytest.mark.parametrize("augmentation", AUGMENTATIONS, ids=str)
def test_an_image_depends_on_its_own_draw_only(augmentation: Augmentation) -> None:
    images = batch((3, 12, 12))
    draws = augmentation.draw(len(images), (3, 12, 12), seeded())
    out = augmentation(images, draws)
    order = torch.randperm(len(images), generator=seeded(2))[:7]
    assert torch.equal(augmentation(images[order], draws.take(order)), out[order])
    changed = Draws(*(field.clone() for field in draws))
    changed.offset[3] += 1
    changed.flip[3] = ~changed.flip[3]
    changed.angle[3] += 0.1
    unlike = (augmentation(images, changed) != out).flatten(1).any(1)
    assert unlike.nonzero().flatten().tolist() == [3]


@pytest.mark.parametrize("augmentation", AUGMENTATIONS, ids=str)
def test_memory_order_does_not_matter(augmentation: Augmentation) -> None:
    images = batch((3, 12, 12))
    draws = augmentation.draw(len(images), (3, 12, 12), seeded())
    other = images.contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(augmentation(other, draws), augmentation(images, draws), rtol=0, atol=1e-6)


def test_flip_alone_mirrors_columns() -> None:
    augmentation = Augmentation(flip=True)
    images = batch((3, 9, 14))
    draws = augmentation.draw(len(images), (3, 9, 14), seeded())
    expected = torch.where(draws.flip[:, None, None, None], images.flip(3), images)
    torch.testing.assert_close(augmentation(images, draws), expected, rtol=0, atol=1e-5)
    assert 0 < int(draws.flip.sum()) < len(images)


def test_nothing_switched_on_leaves_images_alone() -> None:
    augmentation = Augmentation()
    images = batch((1, 8, 8))
    assert augmentation(images, augmentation.draw(len(images), (1, 8, 8), seeded())) is images


def test_draws_are_uniform_over_their_range() -> None:
    draws = Augmentation(shift=0.2, flip=True, rotation=20.0).draw(100_000, (3, 32, 16), seeded())
    for values, reach in ((draws.offset[:, 0], 6.4), (draws.offset[:, 1], 3.2), (draws.angle, math.radians(20))):
        assert values.abs().max().item() == pytest.approx(reach, rel=1e-3)
        assert values.std().item() == pytest.approx(reach / math.sqrt(3), rel=0.01)
    assert draws.flip.float().mean().item() == pytest.approx(0.5, abs=0.01)
    assert abs(torch.corrcoef(draws.offset.T)[0, 1].item()) < 0.02


def test_every_crop_is_as_likely() -> None:
    draws = Augmentation(crop_padding=4).draw(81_000, (3, 32, 32), seeded())
    _, counts = draws.offset.unique(dim=0, return_counts=True)
    assert len(counts) == 81
    assert 850 < counts.min() <= counts.max() < 1150
    assert draws.offset.abs().max() == 4
    assert not draws.flip.any()


def test_draws_depend_on_their_generator_alone() -> None:
    augmentation = AUGMENTATIONS[0]
    torch.manual_seed(0)
    before = torch.get_rng_state()
    one = augmentation.draw(10, (3, 32, 32), seeded(3))
    assert torch.equal(before, torch.get_rng_state())
    assert all(torch.equal(*pair) for pair in zip(one, augmentation.draw(10, (3, 32, 32), seeded(3)), strict=True))
    plain = Augmentation(flip=True).draw(10, (3, 32, 32), seeded(3))
    assert torch.equal(one.flip, plain.flip)  # whatever else is switched on
    assert not plain.offset.any()


def test_building_from_a_recipe() -> None:
    recipe: Any = SimpleNamespace(shift=0.0, crop_padding=4, flip=True, rotation=20.0)
    assert build_augmentation(recipe) == AUGMENTATIONS[1]
    with pytest.raises(UserError, match=r"recipe\.crop_padding=4: must be 0 with recipe\.shift=0\.2"):
        Augmentation(shift=0.2, crop_padding=4)
