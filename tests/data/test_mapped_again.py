"""A mapped file that is stopped, damaged or lost, and pictures that are mended between two runs."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from sl.data.decode import decode_all
from sl.data.mapped import CHUNK, decode_mapped

SIZE = 5


def cached(folder: Path, suffix: str) -> Path:
    (found,) = folder.glob(f"*{suffix}")
    return found


@pytest.mark.usefixtures("in_this_process")
def test_what_is_decoded_is_not_decoded_again(
    many_pictures: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after the first chunk, then resumed; then complete."""
    expected, decoded = decode_all(many_pictures, SIZE)[0], []
    from sl.data import decode as module

    original = module.decode

    def watched(path: Path, size: int, margin: int) -> np.ndarray:
        decoded.append(path)
        if len(decoded) == CHUNK + 5:
            raise KeyboardInterrupt
        return original(path, size, margin)

    monkeypatch.setattr(module, "decode", watched)
    with pytest.raises(KeyboardInterrupt):
        decode_mapped(many_pictures, SIZE, tmp_path, "key")
    assert json.loads(cached(tmp_path, ".json").read_text())["done"] == [0]
    images, _ = decode_mapped(many_pictures, SIZE, tmp_path, "key")
    assert decoded[CHUNK + 5 :] == many_pictures[CHUNK:]
    assert torch.equal(images, expected)
    count = len(decoded)
    decode_mapped(many_pictures, SIZE, tmp_path, "key")
    assert decoded[count:] == [many_pictures[300]]  # it was unreadable, and may be mended


@pytest.mark.usefixtures("in_this_process")
def test_mended_pictures_are_read(many_pictures: list[Path], tmp_path: Path) -> None:
    mine = shutil.copytree(many_pictures[0].parent, tmp_path / "mine")
    mended = sorted(mine.iterdir())
    (mine / "0001.png").write_text("no picture either")
    (mine / "0513.png").unlink()
    assert list(decode_mapped(mended, SIZE, tmp_path, "key")[1]) == [1, 300, 513]
    for name in ("0001.png", "0513.png"):
        shutil.copy(many_pictures[0].parent / name, mine)
    images, unreadable = decode_mapped(mended, SIZE, tmp_path, "key")
    assert list(unreadable) == [300]
    assert torch.equal(images, decode_all(many_pictures, SIZE)[0])


@pytest.mark.usefixtures("in_this_process")
def test_a_stop_while_a_mended_picture_is_decoded(
    many_pictures: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = shutil.copytree(many_pictures[0].parent, tmp_path / "mine")
    mended = sorted(mine.iterdir())
    decode_mapped(mended, SIZE, tmp_path, "key")
    shutil.copy(mine / "0000.png", mine / "0300.png")
    from sl.data import decode as module

    original, decoded = module.decode, []

    def watched(path: Path, size: int, margin: int) -> np.ndarray:
        decoded.append(path)
        if path == mended[301]:
            raise KeyboardInterrupt
        return original(path, size, margin)

    monkeypatch.setattr(module, "decode", watched)
    with pytest.raises(KeyboardInterrupt):
        decode_mapped(mended, SIZE, tmp_path, "key")
    monkeypatch.setattr(module, "decode", original)
    images, unreadable = decode_mapped(mended, SIZE, tmp_path, "key")
    assert unreadable == {}
    assert torch.equal(images, decode_all(mended, SIZE)[0])
    assert mended[CHUNK - 1] not in decoded  # of another chunk
    assert "is damaged" not in capsys.readouterr().err


@pytest.mark.parametrize("harm", ["bit", "cut", "progress"])
@pytest.mark.usefixtures("in_this_process")
def test_a_damaged_file_is_decoded_again(
    many_pictures: list[Path], tmp_path: Path, harm: str, capsys: pytest.CaptureFixture[str]
) -> None:
    decode_mapped(many_pictures, SIZE, tmp_path, "key")
    pixels = cached(tmp_path, ".pixels")
    if harm == "bit":
        content = bytearray(pixels.read_bytes())
        content[1000] ^= 1
        pixels.write_bytes(content)
    elif harm == "cut":
        os.truncate(pixels, 100)
    else:
        cached(tmp_path, ".json").write_text("[")
    images, _ = decode_mapped(many_pictures, SIZE, tmp_path, "key")
    assert torch.equal(images, decode_all(many_pictures, SIZE)[0])
    assert ("is damaged and is decoded again" in capsys.readouterr().err) == (harm == "bit")


@pytest.mark.parametrize("harm", ["lost", "cut"])
@pytest.mark.usefixtures("in_this_process")
def test_a_new_file_is_not_taken_for_what_an_earlier_one_held(
    many_pictures: list[Path], tmp_path: Path, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupted decoding, whose pixels then go; the next one is stopped before it has decoded anything."""
    from sl.data import mapped as module

    decode_mapped(many_pictures, SIZE, tmp_path, "key")
    about, pixels = cached(tmp_path, ".json"), cached(tmp_path, ".pixels")
    about.write_text(json.dumps(json.loads(about.read_text()) | {"sha256": ""}))
    pixels.unlink() if harm == "lost" else os.truncate(pixels, 100)

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "_decode", stopped)
        with pytest.raises(KeyboardInterrupt):
            decode_mapped(many_pictures, SIZE, tmp_path, "key")
    images, unreadable = decode_mapped(many_pictures, SIZE, tmp_path, "key")
    assert torch.equal(images, decode_all(many_pictures, SIZE)[0])
    assert list(unreadable) == [300]
