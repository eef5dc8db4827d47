"""Which pictures count as the same data, whatever their folder is called."""

import hashlib
import shutil
from pathlib import Path

import pytest
from small_pictures import save

from sl.data import ImageFolder


def test_an_order_of_its_own_counts_in_the_fingerprint(tmp_path: Path) -> None:
    """Labels are numbers by the order, so that runs of an older version's order are not taken for these."""
    names = [f"{folder}/{i}.png" for folder in ("a9", "a10") for i in range(2)]
    for name in names:
        save(tmp_path / name, 7)
    content = hashlib.sha256()
    for name in sorted(names):
        content.update(name.encode() + b"\0" + hashlib.sha256((tmp_path / name).read_bytes()).digest())
    text_order = content.hexdigest()[:16]
    content.update(b"a9\0a10")
    assert text_order != ImageFolder("mine", tmp_path, 2).fingerprint() == content.hexdigest()[:16]


def test_the_fingerprint_is_of_paths_and_bytes(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    source = ImageFolder("mine", pictures, 8)
    fingerprint = source.fingerprint()
    copy = shutil.copytree(pictures, tmp_path_factory.mktemp("elsewhere") / "copy")
    assert ImageFolder("other", copy, 16).fingerprint() == fingerprint

    content = hashlib.sha256()
    files = [path for path in pictures.rglob("*") if path.is_file()]
    for name, path in sorted((str(path.relative_to(pictures)), path) for path in files):
        content.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    assert fingerprint == content.hexdigest()[:16]

    (copy / "train" / "ant" / "0.png").rename(copy / "train" / "ant" / "00.png")
    assert ImageFolder("mine", copy, 8).fingerprint() != fingerprint
