import gzip
import hashlib
import struct
from pathlib import Path
from typing import Any

import pytest
import torch
from local_server import Server
from torchvision.datasets import MNIST

from sl.data import Mnist, mnist
from sl.errors import UserError

Published = dict[str, bytes]


@pytest.fixture
def published(server: Server, monkeypatch: pytest.MonkeyPatch) -> Published:
    """A set of 20 + 10 images on the server, published as MNIST is; its parts by name."""
    generator = torch.Generator().manual_seed(0)
    parts = {}
    for name in mnist.FILES:
        count = 20 if name.startswith("train") else 10
        images = "images" in name
        size = count * 784 if images else count
        content = torch.randint(0, 256 if images else 10, (size,), generator=generator, dtype=torch.uint8)
        head = struct.pack(">iiii", 0x803, count, 28, 28) if images else struct.pack(">ii", 0x801, count)
        parts[name] = head + bytes(content.tolist())
        server.files[f"mirror/{name}.gz"] = gzip.compress(parts[name], mtime=0)
    md5s = {name: hashlib.md5(content).hexdigest() for name, content in parts.items()}
    packed = [(f"{name}.gz", hashlib.md5(server.files[f"mirror/{name}.gz"]).hexdigest()) for name in parts]
    monkeypatch.setattr(mnist, "FILES", md5s)
    monkeypatch.setattr(MNIST, "resources", packed)
    monkeypatch.setattr(MNIST, "mirrors", [f"{server.url}/gone/", f"{server.url}/mirror/"])
    return parts


def test_downloads_unpacks_and_reads(published: Published, server: Server, tmp_path: Path) -> None:
    data = Mnist(tmp_path).load()
    assert data.train_images.shape == (20, 1, 28, 28)
    assert bytes(data.train_images.flatten().tolist()) == published["train-images-idx3-ubyte"][16:]
    assert bytes(data.train_labels.tolist()) == published["train-labels-idx1-ubyte"][8:]
    assert bytes(data.test_images.flatten().tolist()) == published["t10k-images-idx3-ubyte"][16:]
    assert bytes(data.test_labels.tolist()) == published["t10k-labels-idx1-ubyte"][8:]
    assert data.train_labels.dtype == torch.int64
    assert torch.equal(data.train_index, torch.arange(20))
    assert data.class_names == tuple(map(str, range(10)))
    asked = len(server.asked)
    Mnist(tmp_path, download=False).load()
    assert len(server.asked) == asked


def test_reads_what_torchvision_downloaded(
    published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MNIST, "mirrors", MNIST.mirrors[1:])
    expected = MNIST(tmp_path, download=True)
    data = Mnist(tmp_path, download=False).load()
    assert torch.equal(data.train_images[:, 0], expected.data)
    assert torch.equal(data.train_labels, expected.targets)


def test_a_missing_file_is_told_how_to_get_it(published: Published, server: Server, tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        Mnist(tmp_path, download=False).load()
    text = str(error.value)
    raw = tmp_path / "MNIST" / "raw"
    assert text.startswith(f"{raw / 'train-images-idx3-ubyte'} is missing: set dataset.download=true, or get ")
    assert f"{server.url}/mirror/train-images-idx3-ubyte.gz (md5 {MNIST.resources[0][1]})" in text
    assert "\n" not in text


def test_a_damaged_file_is_named(published: Published, tmp_path: Path) -> None:
    Mnist(tmp_path).load()
    labels = tmp_path / "MNIST" / "raw" / "t10k-labels-idx1-ubyte"
    labels.write_bytes(labels.read_bytes()[:-1] + b"\xff")
    with pytest.raises(UserError) as error:
        Mnist(tmp_path).load()
    text = str(error.value)
    assert text.startswith(f"{labels} is damaged: its md5 is {hashlib.md5(labels.read_bytes()).hexdigest()}")
    assert mnist.FILES[labels.name] in text
    labels.unlink()
    assert len(Mnist(tmp_path, download=False).load().test_labels) == 10  # unpacked again


@pytest.mark.parametrize(
    ("arguments", "name"), [((None,), "data_dir=None"), (("", True), "data_dir="), ((".", 1), "download=1")]
)
def test_parameters_are_checked(arguments: tuple[Any, ...], name: str) -> None:
    with pytest.raises(UserError, match=f"^{name}: must be "):
        Mnist(*arguments)


def test_the_real_set(data_dir: Path) -> None:
    data = Mnist(data_dir, download=False).load()
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]  # of the training set, widely published
    assert torch.bincount(data.train_labels).tolist() == counts
    assert data.train_labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert data.test_images.shape == (10_000, 1, 28, 28)
    pixels = data.train_images.float() / 255
    assert float(pixels.mean()) == pytest.approx(0.1307, abs=5e-5)  # the mean and deviation everyone normalises with
    assert float(pixels.std()) == pytest.approx(0.3081, abs=5e-5)
