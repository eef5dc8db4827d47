"""Pixels of every mode against the values that were saved."""

import io
import struct
from pathlib import Path

import numpy as np
import PIL
import pytest
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from sl.data.decode import Unreadable, decode, decode_all, opened, upright

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
    assert np.array_equal(grey(path), np.rint(RAMP.astype(np.uint16) / 257))


def test_thirty_two_bits_are_read_as_sixteen(tmp_path: Path) -> None:
    path = tmp_path / "ramp.tiff"
    Image.fromarray(RAMP.astype(np.int32)).save(path)
    assert np.array_equal(grey(path), np.rint(RAMP.astype(np.int32) / 257))


def test_floats_from_0_to_1_are_scaled(tmp_path: Path) -> None:
    path = tmp_path / "ramp.tiff"
    Image.fromarray((RAMP / 65535).astype(np.float32)).save(path)
    assert np.abs(grey(path) - 255 * RAMP / 65535).max() <= 0.501  # rounded


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
@pytest.mark.parametrize(("suffix", "bits"), [("png", 8), ("png", 16), ("tiff", 8)])
def test_pictures_are_turned_upright(tmp_path: Path, orientation: int, suffix: str, bits: int) -> None:
    """Each corner has its own grey; the table says, by the EXIF standard, which stored corner is shown where."""
    stored = np.array([[0, 85], [170, 255]])  # top left, top right, bottom left, bottom right: a b c d
    shown = {1: "abcd", 2: "badc", 3: "dcba", 4: "cdab", 5: "acbd", 6: "cadb", 7: "dbca", 8: "bdac"}[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"turned.{suffix}"  # Pillow turns a TIFF itself when it is loaded
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


def test_transparency_is_dropped_without_a_warning(tmp_path: Path) -> None:
    """Shades of a palette, each with its own opacity; the grey and colour PNG name one transparent value."""
    colours = np.array([[[200, 10, 30], [0, 90, 250]]], np.uint8)
    palette = Image.new("P", (2, 1))
    palette.putpalette(colours.tobytes())
    palette.putdata([0, 1])
    palette.save(tmp_path / "palette.png", transparency=bytes([0, 100]))
    Image.fromarray(colours).save(tmp_path / "rgb.png", transparency=(200, 10, 30))
    Image.fromarray(colours[..., 0]).save(tmp_path / "grey.png", transparency=200)
    for name, expected in (("palette", colours), ("rgb", colours), ("grey", colours[..., :1].repeat(3, axis=2))):
        with opened(tmp_path / f"{name}.png") as picture:
            assert "transparency" in picture.info
            assert np.array_equal(np.asarray(upright(picture, "RGB")), expected)


def test_no_warning_of_pillow_reaches_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """EXIF that ends too soon, and a picture that is large, but is read."""
    exif = Image.Exif()
    exif[0x112] = 6
    Image.new("RGB", (9, 9), "white").save(tmp_path / "odd.jpg", exif=exif)
    content = bytearray((tmp_path / "odd.jpg").read_bytes())
    content[content.index(b"Exif\0\0") + 14] = 60  # entries in the EXIF; it has one
    (tmp_path / "odd.jpg").write_bytes(bytes(content))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 60)
    with pytest.warns(Image.DecompressionBombWarning), pytest.warns(UserWarning, match="Corrupt EXIF"):
        decode(tmp_path / "odd.jpg", 2)
    images, unreadable = decode_all([tmp_path / "odd.jpg"] * 3, 2)
    assert not unreadable
    assert (images == 255).all()


def with_damaged_exif(path: Path) -> Path:
    """A JPEG of which the upper left quarter is white, to be turned right by 90 degrees; its width is called text."""
    exif = Image.Exif()
    exif[0x100], exif[0x10E], exif[0x112] = 48, "bee", 6
    pixels = np.zeros((32, 48, 3), np.uint8)
    pixels[:16, :24] = 255
    Image.fromarray(pixels).save(path, "jpeg", exif=exif)
    content = bytearray(path.read_bytes())
    kind = content.index(b"Exif\0\0") + 6 + 13  # the lower byte of the first tag's type
    assert content[kind] == 4
    content[kind] = 2
    path.write_bytes(content)
    return path


def test_damaged_exif_costs_no_picture(tmp_path: Path) -> None:
    path = with_damaged_exif(tmp_path / "odd.jpg")
    assert (decode(path, 2)[..., 0] > 128).tolist() == [[False, True], [False, False]]


@pytest.mark.parametrize("error", [SyntaxError, struct.error, TypeError, AttributeError])
def test_exif_that_cannot_be_read_leaves_the_picture_as_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def damaged(picture: Image.Image) -> Image.Exif:
        raise error("damaged")

    path = tmp_path / "odd.png"  # the reader of JPEG calls it too
    Image.fromarray(np.array([[255, 0], [0, 0]], np.uint8)).save(path)
    monkeypatch.setattr(Image.Image, "getexif", damaged)
    assert decode(path, 2)[..., 0].tolist() == [[255, 0], [0, 0]]


@pytest.mark.parametrize(
    "error",
    [
        *(
            struct.error,
            TypeError,
            AttributeError,
            RuntimeError,
            NotImplementedError,
            MemoryError,
            EOFError,
            IndexError,
        ),
        *(KeyError, ZeroDivisionError, OverflowError),
    ],
)
def test_what_a_reader_raises_is_said_of_the_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """As for TIFF, whose reader turns the picture itself."""

    def damaged(picture: Image.Image) -> None:
        raise error("damaged")

    Image.new("L", (2, 2)).save(tmp_path / "odd.tiff")
    monkeypatch.setattr(TiffImageFile, "load_end", damaged)
    with pytest.raises(Unreadable, match=r"^'?damaged'?$"):  # KeyError has the quotes
        decode(tmp_path / "odd.tiff", 2)


@pytest.mark.skipif(".avif" not in Image.registered_extensions(), reason="this Pillow is built without AVIF")
def test_a_damaged_avif_is_said_whatever_it_is_called(tmp_path: Path) -> None:
    content = io.BytesIO()
    Image.fromarray((np.arange(24 * 24 * 3) % 251).astype(np.uint8).reshape(24, 24, 3)).save(content, "avif")
    whole = content.getvalue()
    start = whole.index(b"mdat") + 4
    (tmp_path / "odd.png").write_bytes(whole[:start] + b"\xff" * (len(whole) - start))
    with pytest.raises(Unreadable, match=r"^Failed to decode frame 0: "):
        decode(tmp_path / "odd.png", 2)


def test_a_picture_of_too_many_pixels_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("L", (9, 9)).save(tmp_path / "large.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40)
    with pytest.raises(Unreadable, match=r"^Image size \(81 pixels\) exceeds limit of 80 pixels"):
        decode(tmp_path / "large.png", 2)


def test_damage_without_a_word_is_said_by_its_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(picture: Image.Image) -> None:
        raise MemoryError

    Image.new("L", (2, 2)).save(tmp_path / "odd.tiff")
    monkeypatch.setattr(TiffImageFile, "load_end", damaged)
    with pytest.raises(Unreadable, match=r"^MemoryError$"):
        decode(tmp_path / "odd.tiff", 2)
