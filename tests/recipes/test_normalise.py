"""From bytes to a network's input."""

import weakref
from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision.transforms import functional as torchvision

from sl.data import Cifar10
from sl.errors import UserError
from sl.recipes.normalise import fit_normalisation, value_counts

TRAIN = torch.randint(0, 256, (1500, 3, 6, 5), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
TEST = TRAIN[:40].flip(2)


def test_pixel_mean_subtracts_the_mean_training_image() -> None:
    normalisation = fit_normalisation("pixel_mean", TRAIN)
    pixels = TRAIN.double().numpy() / 255
    expected = TEST.double().numpy() / 255 - pixels.mean(axis=0)
    np.testing.assert_allclose(normalisation(TEST).numpy(), expected, atol=1e-6)
    assert torch.equal(normalisation.before(TEST), normalisation(TEST))  # nothing is left for after augmentation


def test_channel_standardises_as_torchvision_after_augmentation() -> None:
    normalisation = fit_normalisation("channel", TRAIN)
    pixels = TRAIN.double().numpy() / 255
    mean, std = pixels.mean(axis=(0, 2, 3)).tolist(), pixels.std(axis=(0, 2, 3)).tolist()
    scaled = TEST.float() / 255
    torch.testing.assert_close(normalisation.before(TEST), scaled)
    torch.testing.assert_close(normalisation(TEST), torchvision.normalize(scaled, mean, std))


def test_counts_of_one_part_at_a_time_are_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A million images of 224 px have 170,000 parts."""
    counts: list[weakref.ref[torch.Tensor]] = []

    def watched(images: torch.Tensor) -> torch.Tensor:
        assert sum(one() is not None for one in counts) <= 1
        found = value_counts(images)
        counts.append(weakref.ref(found))
        return found

    expected = fit_normalisation("channel", TRAIN)
    monkeypatch.setattr("sl.recipes.normalise.value_counts", watched)
    monkeypatch.setattr("sl.recipes.normalise.VALUES", TRAIN[:100].numel())
    found = fit_normalisation("channel", TRAIN)
    assert len(counts) == 15
    for one, other in ((found.mean, expected.mean), (found.std, expected.std)):
        assert torch.equal(one, other)


def test_the_mean_of_two_million_images_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Single precision holds their sum to 32: added in 20,000 parts it would be wrong by one in 5,000."""
    monkeypatch.setattr("sl.recipes.normalise.VALUES", 101)
    found = fit_normalisation("pixel_mean", torch.full((2_000_000, 1, 1, 1), 255, dtype=torch.uint8))
    assert found.mean_image is not None
    assert found.mean_image.item() == 1


def test_none_only_scales() -> None:
    torch.testing.assert_close(fit_normalisation("none", TRAIN)(TEST), TEST.float() / 255)


def test_a_channel_of_one_value_becomes_zero() -> None:
    images = TRAIN.clone()
    images[:, 1] = 7
    out = fit_normalisation("channel", images)(images)
    assert out.isfinite().all()
    torch.testing.assert_close(out[:, 1], torch.zeros_like(out[:, 1]), rtol=0, atol=1e-4)


def test_a_channel_of_little_contrast_is_standardised_too() -> None:
    images = torch.tensor([7, 9], dtype=torch.uint8).view(2, 1, 1, 1).expand(2, 1, 3, 3)
    found = fit_normalisation("channel", images)(images)
    torch.testing.assert_close(found, torch.tensor([-1.0, 1.0]).view(2, 1, 1, 1).expand(2, 1, 3, 3), rtol=1e-3, atol=0)


@pytest.mark.parametrize("kind", ["pixel_mean", "channel", "none"])
def test_memory_order_and_images_are_kept(kind: str) -> None:
    images = TEST.contiguous(memory_format=torch.channels_last)
    before = images.clone()
    normalisation = fit_normalisation(kind, TRAIN).to(torch.device("cpu"))
    out = normalisation(images)
    assert torch.equal(images, before)
    assert out.dtype == torch.float32
    assert out.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(out, normalisation(TEST))


def test_unknown_kind() -> None:
    with pytest.raises(UserError, match=r"normalisation=zca: must be one of pixel_mean, channel, none"):
        fit_normalisation("zca", TRAIN)


def test_published_channel_values_of_cifar10(data_dir: Path) -> None:
    images = Cifar10(str(data_dir), download=False).load().train_images
    normalisation = fit_normalisation("channel", images)
    assert normalisation.mean is not None
    assert normalisation.std is not None
    published = torch.tensor([[0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616]])  # in most CIFAR-10 code
    torch.testing.assert_close(normalisation.mean.flatten(), published[0], rtol=0, atol=5e-5)
    torch.testing.assert_close(normalisation.std.flatten(), published[1], rtol=0, atol=5e-5)
