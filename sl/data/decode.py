"""Picture files as pixels: every mode and orientation becomes an RGB square of bytes."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sl.processes import cores

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image
    from torch import Tensor

WORD = 65535  # white of 16 bits; 65535 / 257 = 255


class Unreadable(ValueError):
    """A file that is no picture, or whose values have no stated meaning; says why in one line."""


def decode_all(paths: Sequence[Path], size: int, margin: int = 0) -> tuple[Tensor, dict[int, str]]:
    """The pictures that can be read, (N, 3, size, size) uint8 in the order given, and for the others: place and why.

    `margin` is that of `decode`.
    """
    import torch

    unreadable: dict[int, str] = {}
    pixels = torch.empty(len(paths), 3, size, size, dtype=torch.uint8)
    with ThreadPoolExecutor(cores()) as threads:  # Pillow works outside of Python's lock
        for place, picture in enumerate(threads.map(partial(_decoded, size=size, margin=margin), paths)):
            if isinstance(picture, Unreadable):
                unreadable[place] = str(picture)
            else:
                pixels[place - len(unreadable)] = torch.from_numpy(picture).permute(2, 0, 1)
    return pixels[: len(paths) - len(unreadable)], unreadable


def _decoded(path: Path, size: int, margin: int) -> NDArray[np.uint8] | Unreadable:
    try:
        return decode(path, size, margin)
    except Unreadable as error:
        return error


def decode(path: Path, size: int, margin: int = 0) -> NDArray[np.uint8]:
    """The picture as (size, size, 3) uint8, turned as its EXIF orientation says; Unreadable if it cannot be read.

    Resized bilinearly with antialiasing, aspect not kept, with `margin` pixels more on each side, which are cut off.
    Grey values of 16 bits (modes I;16 and I) are divided by 257 and rounded; floats (mode F) must lie in [0, 1] and are
    multiplied by 255. Transparency is dropped.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as picture:
            upright = eight_bits(ImageOps.exif_transpose(picture)).convert("RGB")
            whole = upright.resize((size + 2 * margin,) * 2, Image.Resampling.BILINEAR)
            return np.array(whole)[margin : margin + size, margin : margin + size]
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or str(error)
        raise Unreadable(" ".join(reason.split())) from None


def eight_bits(picture: Image.Image) -> Image.Image:
    """`picture` with values up to 255, as `decode` states; Pillow clips wider ones. Raises Unreadable."""
    from PIL import Image

    if picture.mode == "F":
        return Image.fromarray(_scaled(np.asarray(picture), 1.0, "floats"))
    if picture.mode.startswith("I"):
        values = np.asarray(picture)
        if picture.mode == "I" and 0 < values.max() <= 255:
            raise Unreadable("it has 32 bits and no value above 255; save it with 8 bits")
        return Image.fromarray(_scaled(values, WORD, "whole numbers"))
    return picture


def _scaled(values: NDArray[np.generic], white: float, what: str) -> NDArray[np.uint8]:
    wide = values.astype(np.float64)
    low, high = wide.min(), wide.max()
    if not (low >= 0 and high <= white):  # written so that not-a-number fails too
        raise Unreadable(f"it holds {what} from {low:g} to {high:g}; must be in [0, {white:g}]")
    return np.rint(wide * (255 / white)).astype(np.uint8)
