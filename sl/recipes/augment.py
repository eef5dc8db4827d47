"""Random shift, crop, flip and rotation of whole batches, on the device of the images.

All randomness is drawn once per epoch on the CPU, so that every device gets the same draws. Applying them is a pure
function without host synchronisation. There are two kinds, each as its library does it:

- shift (Keras' ImageDataGenerator): rotation and fractional shift in one bilinear resampling that repeats the edge,
  then the flip;
- crop (torchvision): zero padding and a crop at whole pixels, flip, then rotation to the nearest pixel with black
  corners.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from sl.errors import UserError
from sl.options.recipe import RecipeConfig

KERAS_PIVOT = 1.0
"""Keras turned images about the point one pixel beyond the middle in both directions, until keras-preprocessing's
pull request 314 of October 2020; the authors' code is from 2019."""


class Draws(NamedTuple):
    """The random changes of N images.

    `offset` (N, 2) float32: by how many pixels the row and the column of the sampling point move; `flip` (N,) bool;
    `angle` (N,) float32: how far it turns, in radians, from the rows' axis towards the columns'.
    """

    offset: Tensor
    flip: Tensor
    angle: Tensor

    @classmethod
    def none(cls, count: int, device: torch.device) -> Draws:
        """Draws that leave `count` images as they are."""
        zeros = torch.zeros(count, device=device)
        return cls(offset=torch.zeros(count, 2, device=device), flip=zeros.bool(), angle=zeros)

    def take(self, index: Tensor) -> Draws:
        """The draws of the images `index` (B,)."""
        return Draws(*(field[index] for field in self))

    def copy_(self, other: Draws) -> None:
        """Overwrite these draws in place with `other`, draws for as many images."""
        for own, new in zip(self, other, strict=True):
            own.copy_(new)


@dataclass(frozen=True)
class Augmentation:
    """How far images may be shifted (share of the side), cropped (pixels) and turned (degrees); whether to flip them.

    Shift and crop exclude each other: UserError where both are set.
    """

    shift: float = 0.0
    crop_padding: int = 0
    flip: bool = False
    rotation: float = 0.0

    def __post_init__(self) -> None:
        if self.shift and self.crop_padding:
            raise UserError("recipe.crop_padding", self.crop_padding, f"must be 0 with recipe.shift={self.shift}")

    @property
    def active(self) -> bool:
        """Whether images are changed at all."""
        return bool(self.shift or self.crop_padding or self.flip or self.rotation)

    def draw(self, count: int, image_shape: tuple[int, int, int], generator: torch.Generator) -> Draws:
        """Draws for `count` images of shape (C, H, W), uniform and independent of each other.

        The number of random values does not depend on which changes are switched on.
        """
        offset, flip, angle = (torch.rand(count, n, generator=generator) for n in (2, 1, 1))
        if self.crop_padding:
            offset = (offset * (2 * self.crop_padding + 1)).floor() - self.crop_padding
        else:
            offset = (2 * offset - 1) * self.shift * torch.tensor(image_shape[1:])
        angle = (2 * angle - 1) * math.radians(self.rotation)
        return Draws(offset, (flip < 0.5).flatten() & self.flip, angle.flatten())

    def __call__(self, images: Tensor, draws: Draws) -> Tensor:
        """`images` (B, C, H, W) float, each changed by its own draws (`draws` for B images); same shape."""
        if not self.active:
            return images
        rows, columns = _pixel_grid(images)
        moved_rows = rows + draws.offset[:, 0, None, None]
        moved_columns = torch.where(draws.flip[:, None, None], -columns, columns) + draws.offset[:, 1, None, None]
        if not self.crop_padding:
            if self.rotation:
                moved_rows, moved_columns = _turn(moved_rows, moved_columns, draws.angle, KERAS_PIVOT)
            return _sample(images, moved_rows, moved_columns, "bilinear", "border")
        images = _sample(images, moved_rows, moved_columns, "nearest", "zeros")
        if self.rotation:
            images = _sample(images, *_turn(rows, columns, draws.angle, 0), "nearest", "zeros")
        return images


def _pixel_grid(images: Tensor) -> tuple[Tensor, Tensor]:
    """Rows (H, 1) and columns (1, W) of the pixels of `images` (B, C, H, W), in pixels from the middle."""
    rows, columns = (
        torch.arange(side, dtype=images.dtype, device=images.device) - (side - 1) / 2 for side in images.shape[-2:]
    )
    return rows[:, None], columns[None]


def _turn(rows: Tensor, columns: Tensor, angle: Tensor, pivot: float) -> tuple[Tensor, Tensor]:
    """The points turned by `angle` (B,) about the point (pivot, pivot): rows and columns (B, H, W)."""
    cos, sin = angle.cos()[:, None, None], angle.sin()[:, None, None]
    rows, columns = rows - pivot, columns - pivot
    return cos * rows - sin * columns + pivot, sin * rows + cos * columns + pivot


def _sample(images: Tensor, rows: Tensor, columns: Tensor, mode: str, outside: str) -> Tensor:
    """`images` (B, C, H, W) at the points (`rows`, `columns`), which broadcast to (B, H, W)."""
    height, width = images.shape[-2:]
    points = torch.broadcast_tensors(columns * (2 / max(width - 1, 1)), rows * (2 / max(height - 1, 1)))
    return functional.grid_sample(images, torch.stack(points, -1), mode, outside, align_corners=True)


def build_augmentation(recipe: RecipeConfig) -> Augmentation:
    """The recipe's augmentation."""
    return Augmentation(recipe.shift, recipe.crop_padding, recipe.flip, recipe.rotation)
