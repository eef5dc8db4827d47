"""Pixels in a mapped file against those in memory."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from joblib import parallel_config
from PIL import Image
from small_disk import small_disk

from sl.data import ImageFolder
from sl.data.decode import decode_all
from sl.data.mapped import CHUNK, decode_mapped, mapped_rows

SIZE = 5


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A little more than two chunks of pictures, one of them unreadable."""
    root = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    for number in range(2 * CHUNK + 3):
        Image.fromarray(rng.integers(0, 256, (6, 4, 3), dtype=np.uint8)).save(root / f"{number:04}.png")
    (root / "0300.png").write_text("no picture")
    return sorted(root.iterdir())


@pytest.fixture
def here() -> Iterator[None]:
    """Decoding in this process, where it can be watched; and no second to start others."""
    with parallel_config(backend="sequential"):
        yield


def cached(folder: Path, suffix: str) -> Path:
    (found,) = folder.glob(f"*{suffix}")
    return found


@pytest.mark.usefixtures("here")
def test_pixels_are_those_of_memory_bit_for_bit(paths: list[Path], tmp_path: Path) -> None:
    expected, reasons = decode_all(paths, SIZE)
    for _ in range(2):  # decoded, then read
        images, unreadable = decode_mapped(paths, SIZE, tmp_path, "key")
        assert torch.equal(images, expected)
        assert unreadable == reasons
        assert list(unreadable) == [300]


def test_worker_processes_write_the_same(paths: list[Path], tmp_path: Path) -> None:
    images, _ = decode_mapped(paths, SIZE, tmp_path, "key")
    assert torch.equal(images, decode_all(paths, SIZE)[0])


@pytest.mark.usefixtures("here")
def test_what_is_decoded_is_not_decoded_again(
    paths: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after the first chunk, then resumed; then complete."""
    expected, decoded = decode_all(paths, SIZE)[0], []
    from sl.data import decode as module

    original = module.decode

    def watched(path: Path, size: int, margin: int) -> np.ndarray:
        decoded.append(path)
        if len(decoded) == CHUNK + 5:
            raise KeyboardInterrupt
        return original(path, size, margin)

    monkeypatch.setattr(module, "decode", watched)
    with pytest.raises(KeyboardInterrupt):
        decode_mapped(paths, SIZE, tmp_path, "key")
    assert json.loads(cached(tmp_path, ".json").read_text())["done"] == [0]
    images, _ = decode_mapped(paths, SIZE, tmp_path, "key")
    assert decoded[CHUNK + 5 :] == paths[CHUNK:]
    assert torch.equal(images, expected)
    count = len(decoded)
    decode_mapped(paths, SIZE, tmp_path, "key")
    assert decoded[count:] == [paths[300]]  # it was unreadable, and may be mended


@pytest.mark.usefixtures("here")
def test_mended_pictures_are_read(paths: list[Path], tmp_path: Path) -> None:
    mine = shutil.copytree(paths[0].parent, tmp_path / "mine")
    mended = sorted(mine.iterdir())
    (mine / "0001.png").write_text("no picture either")
    (mine / "0513.png").unlink()
    assert list(decode_mapped(mended, SIZE, tmp_path, "key")[1]) == [1, 300, 513]
    for name in ("0001.png", "0513.png"):
        shutil.copy(paths[0].parent / name, mine)
    images, unreadable = decode_mapped(mended, SIZE, tmp_path, "key")
    assert list(unreadable) == [300]
    assert torch.equal(images, decode_all(paths, SIZE)[0])


@pytest.mark.usefixtures("here")
def test_a_stop_while_a_mended_picture_is_decoded(
    paths: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = shutil.copytree(paths[0].parent, tmp_path / "mine")
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
@pytest.mark.usefixtures("here")
def test_a_damaged_file_is_decoded_again(
    paths: list[Path], tmp_path: Path, harm: str, capsys: pytest.CaptureFixture[str]
) -> None:
    decode_mapped(paths, SIZE, tmp_path, "key")
    pixels = cached(tmp_path, ".pixels")
    if harm == "bit":
        content = bytearray(pixels.read_bytes())
        content[1000] ^= 1
        pixels.write_bytes(content)
    elif harm == "cut":
        os.truncate(pixels, 100)
    else:
        cached(tmp_path, ".json").write_text("[")
    images, _ = decode_mapped(paths, SIZE, tmp_path, "key")
    assert torch.equal(images, decode_all(paths, SIZE)[0])
    assert ("is damaged and is decoded again" in capsys.readouterr().err) == (harm == "bit")


@pytest.mark.parametrize("harm", ["lost", "cut"])
@pytest.mark.usefixtures("here")
def test_a_new_file_is_not_taken_for_what_an_earlier_one_held(
    paths: list[Path], tmp_path: Path, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupted decoding, whose pixels then go; the next one is stopped before it has decoded anything."""
    from sl.data import mapped as module

    decode_mapped(paths, SIZE, tmp_path, "key")
    about, pixels = cached(tmp_path, ".json"), cached(tmp_path, ".pixels")
    about.write_text(json.dumps(json.loads(about.read_text()) | {"sha256": ""}))
    pixels.unlink() if harm == "lost" else os.truncate(pixels, 100)

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "_decode", stopped)
        with pytest.raises(KeyboardInterrupt):
            decode_mapped(paths, SIZE, tmp_path, "key")
    images, unreadable = decode_mapped(paths, SIZE, tmp_path, "key")
    assert torch.equal(images, decode_all(paths, SIZE)[0])
    assert list(unreadable) == [300]


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


@pytest.mark.usefixtures("here")
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


UNDER_A_LIMIT = """
import resource, sys
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
import torch
from joblib import Parallel, delayed
from torch import nn
from sl.audit.predict import images_of
from sl.audit.subject import subject_of
from sl.data import ImageFolder
from sl.noise import NoNoise
from sl.saved import load
from sl.train.device_data import DeviceData
from sl.train.holdout import hold_out, split

@dataclass
class Run:
    config: object
    dataset: object
    noisy: object
    validation: object = None

load.BATCH = 64
root, storage, allowed = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
source = ImageFolder("mine", root / "mine", 128, storage=storage, cache_dir=root / "cache")
source.outline()
split(torch.tensor([0, 0, 1, 1]), 0.5, 0)
Parallel(n_jobs=-1)(delayed(abs)(number) for number in range(4))  # starts the workers
used = 1024 * int(Path("/proc/self/status").read_text().split("VmData:")[1].split()[0])
resource.setrlimit(resource.RLIMIT_DATA, (used + allowed, used + allowed))
whole = source.load()
part = whole.subset(0.9, 1)
config = SimpleNamespace(fold="1/10", dataset={"data_dir": root / "mine"})
run = Run(config, part, NoNoise().apply(part, 0))
subject = subject_of(run)
data, noisy, validation = hold_out(part, run.noisy, *split(part.train_labels, 0.1, 0))
device = DeviceData(data, "channel", torch.device("cpu"), validation)
seen = sum(len(device.normalisation(device.images[rows])) for rows in torch.randperm(len(data.train_labels)).split(4))
model = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2))
saved = load.SavedModel(model, None, ("class0", "class1"), device.normalisation, {})
predicted = sum(len(saved.probabilities(images)) for images in images_of(replace(run, validation=validation), subject))
assert predicted == len(validation.labels) + len(whole.test_labels), predicted
print(whole.train_images.nbytes + whole.test_images.nbytes, seen + len(validation.labels), len(part.train_labels))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_DATA counts what Linux counts")
def test_four_times_the_memory_allowed(tmp_path: Path) -> None:
    """Every step from the pictures to the batches, and an audit's predictions.

    32 MiB are allowed beyond what the programs themselves take. Modules that are imported on the way take 11 of them,
    whatever the size of the pictures.
    """
    allowed, count = 32 * 2**20, 2732
    for number in range(count):
        path = tmp_path / "mine" / f"class{number % 2}" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (2, 2), number % 256).save(path)

    def load(storage: str) -> subprocess.CompletedProcess[str]:
        arguments = [sys.executable, "-c", UNDER_A_LIMIT, str(tmp_path), storage, str(allowed)]
        one_thread = {**os.environ, "OMP_NUM_THREADS": "1"}
        return subprocess.run(arguments, capture_output=True, text=True, env=one_thread, check=False)

    assert load("memory").returncode != 0
    done = load("mapped")
    assert done.returncode == 0, done.stderr
    size, seen, asked = map(int, done.stdout.split())
    assert size >= 4 * allowed
    assert seen == asked
