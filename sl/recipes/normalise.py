"""Turns stored bytes into a network's input, in two steps: augmentation is done between them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from sl.checks import one_of
from sl.options.recipe import NORMALISATIONS

VALUES = 2**20  # how many are converted at once: the whole set as floats may not fit into memory


@dataclass(frozen=True, eq=False)
class Normalisation:
    """Scale to [0, 1]; subtract a mean image before augmentation, or standardise channels after it.

    `mean_image` (C, H, W) or None; `mean` and `std` (C, 1, 1), or None both.
    """

    mean_image: Tensor | None = None
    mean: Tensor | None = None
    std: Tensor | None = None

    def before(self, images: Tensor) -> Tensor:
        """uint8 (N, C, H, W) -> float32, ready for augmentation."""
        scaled = images.float().div_(255)
        return scaled if self.mean_image is None else scaled.sub_(self.mean_image)

    def after(self, images: Tensor) -> Tensor:
        """float32 (N, C, H, W), augmented or not -> the network's input."""
        return images if self.mean is None or self.std is None else (images - self.mean) / self.std

    def __call__(self, images: Tensor) -> Tensor:
        """uint8 (N, C, H, W) -> the network's input, without augmentation: for evaluation."""
        return self.after(self.before(images))

    def to(self, device: torch.device) -> Normalisation:
        """This normalisation with its tensors on `device`."""
        return Normalisation(*(None if x is None else x.to(device) for x in (self.mean_image, self.mean, self.std)))


def value_counts(images: Tensor) -> Tensor:
    """How often each value occurs in each channel of uint8 `images` (N, C, H, W): (C, 256) int64."""
    channels = images.transpose(0, 1).flatten(1)
    return torch.stack([torch.bincount(channel, minlength=256) for channel in channels])


def fit_normalisation(kind: str, train_images: Tensor) -> Normalisation:
    """The normalisation of a `kind`, with the statistics of `train_images` (N, C, H, W) uint8.

    - pixel_mean: the mean training image is subtracted, nothing is divided (the authors' Keras code)
    - channel: every channel gets mean 0 and variance 1 over the training set (usual in PyTorch)
    - none: scaling to [0, 1] only

    Raises UserError for other kinds. pixel_mean sums whole numbers that are small enough to be exact; channel counts
    the 256 values, which is exact, and computes in float64 from there on.
    """
    one_of("normalisation", kind, NORMALISATIONS)
    parts = train_images.split(max(1, VALUES // train_images[0].numel()))
    if kind == "pixel_mean":
        total = sum(part.float().sum(0).double() for part in parts)
        return Normalisation(mean_image=(total / (255 * len(train_images))).float())
    if kind == "none":
        return Normalisation()
    counts = torch.zeros(train_images.shape[1], 256, dtype=torch.float64)
    for part in parts:  # a million images of 224 px have 170,000 parts: all their counts would fill a GB
        counts += value_counts(part)
    values = torch.arange(256, dtype=torch.float64) / 255
    mean = counts @ values / counts.sum(1)
    variance = counts @ values.square() / counts.sum(1) - mean.square()
    std = variance.clamp_min(1 / 255**2).sqrt()  # a channel of one value stays finite
    return Normalisation(mean=mean.float().view(-1, 1, 1), std=std.float().view(-1, 1, 1))
