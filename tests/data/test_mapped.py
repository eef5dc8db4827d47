"""Pixels in a mapped file against those in memory."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from small_disk import small_disk

from sl.data import ImageFolder
from sl.data.decode import decode_all
from sl.data.mapped import decode_mapped, mapped_rows

SIZE = 5


@pytest.mark.usefixtures("in_this_process")
def test_pixels_are_those_of_memory_bit_for_bit(many_pictures: list[Path], tmp_path: Path) -> None:
    expected, reasons = decode_all(many_pictures, SIZE)
    for _ in range(2):  # decoded, then read
        images, unreadable = decode_mapped(many_pictures, SIZE, tmp_path, "key")
        assert torch.equal(images, expected)
        assert unreadable == reasons
        assert list(unreadable) == [300]


def test_worker_processes_write_the_same(many_pictures: list[Path], tmp_path: Path) -> None:
    images, _ = decode_mapped(many_pictures, SIZE, tmp_path, "key")
    assert torch.equal(images, decode_all(many_pictures, SIZE)[0])


def test_rows_are_taken_into_a_file_that_leaves_no_trace(tmp_path: Path) -> None:
    images = torch.arange(600 * 3 * 2 * 2).view(600, 3, 2, 2).to(torch.uint8)
    rows = torch.randperm(600)[:500]
    taken = mapped_rows(images, rows, tmp_path)
    assert torch.equal(taken, images[rows])
    assert list(tmp_path.iterdir()) == []


def test_rows_that_do_not_fit_on_the_disk_are_one_line(tmp_path: Path) -> None:
    """In mapped memory a full disk would kill the process."""
    code = "import sys, torch; from pathlib import Path; from sl.data.mapped import mapped_rows\n"
    code += "images = torch.zeros(9, 3, 64, 64, dtype=torch.uint8)\n"
    code += "mapped_rows(images, torch.arange(9), Path(sys.argv[1]))"
    with small_disk(tmp_path / "full", "64k") as place:
        run = [sys.executable, "-c", code, str(place)]
        done = subprocess.run(run, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        said = f"sl.errors.UserError: {place}: must be a folder that can be written to: No space left on device"
        assert done.stderr.splitlines()[-1] == said
        assert list(place.iterdir()) == []


@pytest.mark.usefixtures("in_this_process")
def test_a_folder_is_the_same_mapped(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for name in ("ant", "bee"):
        (tmp_path / "mine" / name).mkdir(parents=True)
        for number in range(9):
            pixels = rng.integers(0, 256, (6, 4, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "mine" / name / f"{number}.png")

    def load(storage: str, seed: int) -> ImageFolder:
        where = {"cache_dir": tmp_path / "cache"}
        return ImageFolder("mine", tmp_path / "mine", 4, split_seed=seed, storage=storage, **where)

    for seed in (0, 1):  # another split is another file
        memory, mapped = (load(storage, seed).load() for storage in ("memory", "mapped"))
        assert torch.equal(memory.train_images, mapped.train_images)
        assert torch.equal(memory.test_images, mapped.test_images)
        part = mapped.subset(0.5, 0.5)
        assert torch.equal(memory.subset(0.5, 0.5).train_images, part.train_images)
    assert load("memory", 0).fingerprint() == load("mapped", 0).fingerprint()
    names = [f"{name}/{number}.png" for name in ("ant", "bee") for number in range(9)]
    for order in (names, names[::-1]):  # the same pictures in another order are another file too
        lines = [f"{path},{path[:3]}" for path in order]
        (tmp_path / "mine" / "labels.csv").write_text("\n".join(["path,label", *lines]))
        memory, mapped = (load(storage, 0).load() for storage in ("memory", "mapped"))
        assert torch.equal(memory.train_images, mapped.train_images)


@pytest.mark.usefixtures("in_this_process")
def test_another_margin_is_another_file(many_pictures: list[Path], tmp_path: Path) -> None:
    for margin in (0, 1, 2):
        images, _ = decode_mapped(many_pictures[:9], SIZE, tmp_path, "key", margin)
        assert torch.equal(images, decode_all(many_pictures[:9], SIZE, margin)[0])
