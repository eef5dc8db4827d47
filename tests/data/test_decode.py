"""Pixels of every mode against the values that were saved."""

from pathlib import Path

import numpy as np
import PIL
import pytest
from PIL import Image

from sl.data.decode import Unreadable, decode

RAMP = np.linspace(0, 65535, 64 * 64).reshape(64, 64)


def grey(path: Path, size: int = 64) -> np.ndarray:
    pixels = decode(path, size)
    assert pixels.shape == (size, size, 3)
    assert (pixels == pixels[..., :1]).all()
    return pixels[..., 0].astype(float)


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_sixteen_bits_are_scaled_not_clipped(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"ramp.{suffix}"
    Image.fromarray(RAMP.astype(np.uint16)).save(path)
    read = grey(path)
    assert read.mean() == pytest.approx(127.5, abs=0.1)
    assert np.abs(read - RAMP / 257).max() <= 1


def test_thirty_two_bits_are_read_as_sixteen(tmp_path: Path) -> None:
    path = tmp_path / "ramp.tiff"
    Image.fromarray(RAMP.astype(np.int32)).save(path)
    assert np.abs(grey(path) - RAMP / 257).max() <= 1


def test_floats_from_0_to_1_are_scaled(tmp_path: Path) -> None:
    path = tmp_path / "ramp.tiff"
    Image.fromarray((RAMP / 65535).astype(np.float32)).save(path)
    assert np.abs(grey(path) - 255 * RAMP / 65535).max() <= 1


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.array([[0, 1.5]], np.float32), r"it holds floats from 0 to 1\.5; must be in \[0, 1\]"),
        (np.array([[0, np.nan]], np.float32), "it holds floats from nan to nan"),
        (np.array([[-1, 500]], np.int32), r"it holds whole numbers from -1 to 500; must be in \[0, 65535\]"),
        (np.array([[0, 70000]], np.int32), "it holds whole numbers from 0 to 70000"),
        (np.array([[0, 255]], np.int32), "it has 32 bits and no value above 255; save it with 8 bits"),
    ],
)
def test_values_without_a_meaning_are_refused(tmp_path: Path, values: np.ndarray, reason: str) -> None:
    path = tmp_path / "odd.tiff"
    Image.fromarray(values).save(path)
    with pytest.raises(Unreadable, match=f"^{reason}"):
        decode(path, 4)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("bits", [8, 16])
def test_pictures_are_turned_upright(tmp_path: Path, orientation: int, bits: int) -> None:
    """Each corner has its own grey; the table says, by the EXIF standard, which stored corner is shown where."""
    stored = np.array([[0, 85], [170, 255]])  # top left, top right, bottom left, bottom right: a b c d
    shown = {1: "abcd", 2: "badc", 3: "dcba", 4: "cdab", 5: "acbd", 6: "cadb", 7: "dbca", 8: "bdac"}[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "turned.png"
    Image.fromarray((stored * 257).astype(np.uint16) if bits == 16 else stored.astype(np.uint8)).save(path, exif=exif)
    corners = dict(zip("abcd", stored.flatten(), strict=True))
    assert grey(path, 2).flatten().tolist() == [corners[corner] for corner in shown]


YCBCR = pytest.param(
    "YCbCr",
    marks=pytest.mark.skipif(int(PIL.__version__.split(".")[0]) < 13, reason="older Pillow cannot read what it writes"),
)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", YCBCR])
def test_other_modes_become_rgb(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "white.tiff"
    Image.new("RGB", (5, 3), "white").convert(mode).save(path)
    assert (decode(path, 4) == 255).all()
