"""Picture files as pixels: every mode and orientation becomes an RGB square of bytes."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sl.errors import reason
from sl.processes import cores

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image
    from torch import Tensor

WORD = 65535  # white of 16 bits; 65535 / 257 = 255
ORIENTATION = 0x112  # EXIF's tag
# What the readers of Pillow raise for damaged files besides its own DecompressionBombError. A file's bytes choose the
# reader, not its name: JPEG 2000 raises MemoryError; AVIF, DDS and BLP raise RuntimeError.
DAMAGED = (
    *(OSError, SyntaxError, ValueError, TypeError, AttributeError, struct.error),
    *(RuntimeError, MemoryError, EOFError, LookupError, ArithmeticError),
)


@contextmanager
def without_warnings() -> Iterator[None]:
    """Print no warning of Pillow: it names no picture, and concerns damaged EXIF, or size, of a picture that is read.

    Also a decorator. For the thread that starts others: the filters of warnings belong to all threads.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        yield


class Unreadable(ValueError):
    """A file is no picture, or its values have no stated meaning; the message says why in one line."""


@without_warnings()
def decode_all(paths: Sequence[Path], size: int, margin: int = 0) -> tuple[Tensor, dict[int, str]]:
    """The readable pictures, (N, 3, size, size) uint8 in the order of `paths`; and ``{place: reason}`` of the others.

    `margin` is that of `framed`.
    """
    import torch

    unreadable: dict[int, str] = {}
    pixels = torch.empty(len(paths), 3, size, size, dtype=torch.uint8)
    with ThreadPoolExecutor(cores()) as threads:  # Pillow works outside of Python's lock
        for place, picture in enumerate(threads.map(partial(decoded, size=size, margin=margin), paths)):
            if isinstance(picture, Unreadable):
                unreadable[place] = str(picture)
            else:
                pixels[place - len(unreadable)] = torch.from_numpy(picture).permute(2, 0, 1)
    return pixels[: len(paths) - len(unreadable)], unreadable


def decoded(path: Path, size: int, margin: int) -> NDArray[np.uint8] | Unreadable:
    """What `decode` returns; an Unreadable error is returned too, not raised."""
    try:
        return decode(path, size, margin)
    except Unreadable as error:
        return error


def decode(path: Path, size: int, margin: int = 0) -> NDArray[np.uint8]:
    """The picture as (size, size, 3) uint8, as `framed` makes it; Unreadable if it cannot be read."""
    with opened(path) as picture:
        return np.array(framed(picture, "RGB", (size, size), margin))


@contextmanager
def opened(path: Path) -> Iterator[Image.Image]:
    """Open the picture at `path` for a block that decodes it; raises Unreadable if it cannot be read."""
    from PIL import Image

    try:
        with Image.open(path) as picture:
            yield picture
    except (*DAMAGED, Image.DecompressionBombError) as error:
        raise Unreadable(reason(error)) from None


def framed(picture: Image.Image, mode: str, size: tuple[int, int], margin: int) -> Image.Image:
    """`picture` as `upright` turns it, in `mode` (RGB or L), with a `size` of (width, height).

    It is resized bilinearly with antialiasing to `margin` more pixels on each side, which are then cut off. The aspect
    ratio is not kept.
    """
    from PIL import Image

    width, height = size
    whole = upright(picture, mode).resize((width + 2 * margin, height + 2 * margin), Image.Resampling.BILINEAR)
    return whole.crop((margin, margin, margin + width, margin + height))


def upright(picture: Image.Image, mode: str) -> Image.Image:
    """`picture` in `mode` (RGB or L), turned as its EXIF orientation says, or as stored where EXIF is damaged.

    Grey values of 16 bits (modes I;16 and I) are divided by 257 and rounded; floats (mode F) must lie in [0, 1] and are
    multiplied by 255. Transparency is dropped. Raises Unreadable for other values, and for mode I if its largest value
    is 1 to 255.
    """
    from PIL.Image import Transpose

    turns = (
        Transpose.FLIP_LEFT_RIGHT, Transpose.ROTATE_180, Transpose.FLIP_TOP_BOTTOM, Transpose.TRANSPOSE,
        Transpose.ROTATE_270, Transpose.TRANSVERSE, Transpose.ROTATE_90,
    )  # fmt: skip
    turn = dict(enumerate(turns, 2)).get(_orientation(picture))
    picture.info.pop("transparency", None)  # for a palette Pillow warns that `convert` drops it
    return eight_bits(picture if turn is None else picture.transpose(turn)).convert(mode)


def _orientation(picture: Image.Image) -> int:
    """The EXIF orientation, 1 if EXIF is damaged. Pillow's `exif_transpose` rewrites all tags, and fails then."""
    picture.load()  # some formats turn the picture when they load it
    try:
        return picture.getexif().get(ORIENTATION, 1)
    except DAMAGED:
        return 1


def eight_bits(picture: Image.Image) -> Image.Image:
    """`picture` with values scaled to 8 bits as `upright` states, because Pillow clips larger ones; or Unreadable."""
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
