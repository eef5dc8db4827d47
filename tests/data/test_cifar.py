import hashlib
import io
import pickle
import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch
from local_server import Server
from torchvision import datasets

from sl.data import Cifar10, Cifar100, cifar
from sl.errors import UserError

SOURCES = [Cifar10, Cifar100]


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def tar(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


Published = tuple[type[Cifar10 | Cifar100], dict[str, bytes]]


@pytest.fixture(params=SOURCES)
def published(request: pytest.FixtureRequest, server: Server, monkeypatch: pytest.MonkeyPatch) -> Published:
    """The source class, for a set of ten images a file on the server, published as CIFAR is; and its files."""
    source = request.param
    reader = getattr(datasets, source.reader)
    names = [name for name, _ in reader.train_list + reader.test_list]
    labels = "labels" if source is Cifar10 else "fine_labels"
    files = {}
    for seed, name in enumerate(names):
        pixels = np.random.default_rng(seed).integers(0, 256, (10, 3072), dtype=np.uint8)
        files[name] = pickle.dumps({"data": pixels, labels: [seed] * 10}, protocol=2)
    files[reader.meta["filename"]] = pickle.dumps({reader.meta["key"]: [f"class {i}" for i in range(10)]}, protocol=2)
    packed = tar({f"{reader.base_folder}/{name}": content for name, content in {"readme.html": b"", **files}.items()})
    server.files[f"mirror/{reader.filename}"] = packed

    monkeypatch.setattr(reader, "train_list", [[name, md5(files[name])] for name in names[:-1]])
    monkeypatch.setattr(reader, "test_list", [[names[-1], md5(files[names[-1]])]])
    monkeypatch.setattr(reader, "meta", {**reader.meta, "md5": md5(files[reader.meta["filename"]])})
    monkeypatch.setattr(reader, "tgz_md5", md5(packed))
    monkeypatch.setattr(reader, "url", f"{server.url}/origin/{reader.filename}")
    monkeypatch.setattr(source, "mirrors", (f"{server.url}/gone", f"{server.url}/mirror"))
    monkeypatch.setattr(cifar, "TRAIN_IMAGES", 10 * (len(names) - 1))
    return source, files


def test_downloads_unpacks_and_reads(published: Published, server: Server, tmp_path: Path) -> None:
    source, files = published
    data = source(tmp_path).load()
    reader = getattr(datasets, source.reader)
    for part, images, labels in (
        (True, data.train_images, data.train_labels),
        (False, data.test_images, data.test_labels),
    ):
        expected = reader(tmp_path, train=part)
        assert torch.equal(images.permute(0, 2, 3, 1), torch.from_numpy(expected.data))
        assert labels.tolist() == expected.targets
    assert data.class_names == tuple(f"class {i}" for i in range(10))
    assert data.name == source.name
    assert data.train_images.is_contiguous()
    assert server.asked == [f"gone/{reader.filename}", f"mirror/{reader.filename}"]
    folder = tmp_path / reader.base_folder
    assert {path.name for path in folder.iterdir()} == set(files)  # and no leftovers


def test_a_file_that_was_deleted_comes_back_from_the_archive(
    published: Published, server: Server, tmp_path: Path
) -> None:
    source, files = published
    source(tmp_path).load()
    lost = next(path for path in sorted(tmp_path.rglob("*")) if path.name in files)
    lost.unlink()
    source(tmp_path, download=False).load()
    assert lost.read_bytes() == files[lost.name]
    assert len(server.asked) == 2


def test_missing_and_not_to_be_downloaded(published: Published, server: Server, tmp_path: Path) -> None:
    source, _ = published
    reader = getattr(datasets, source.reader)
    with pytest.raises(UserError) as error:
        source(tmp_path, download=False).load()
    text = str(error.value)
    assert text.startswith(f"{tmp_path / reader.base_folder / reader.train_list[0][0]} is missing: ")
    assert f"get {reader.url} (md5 {reader.tgz_md5}) and put it at {tmp_path / reader.filename}" in text
    assert "\n" not in text
    assert server.asked == []


def test_no_address_serves_it(published: Published, server: Server, tmp_path: Path) -> None:
    source, _ = published
    server.files.clear()
    with pytest.raises(UserError, match=r"tar\.gz: no address serves it with md5 \w{32}: ") as error:
        source(tmp_path).load()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("which", [0, -1])
def test_a_damaged_file_is_named(published: Published, tmp_path: Path, which: int) -> None:
    source, files = published
    source(tmp_path).load()
    damaged = tmp_path / getattr(datasets, source.reader).base_folder / list(files)[which]
    damaged.write_bytes(b"damaged")
    with pytest.raises(UserError) as error:
        source(tmp_path).load()
    text = str(error.value)
    assert text.startswith(f"{damaged} is damaged: its md5 is {md5(b'damaged')}, expected {md5(files[damaged.name])}; ")
    assert "\n" not in text


def test_the_fingerprint_needs_no_data_and_tells_the_sets_apart(tmp_path: Path) -> None:
    prints = [source(tmp_path).fingerprint() for source in SOURCES]
    assert prints == ["b35d8103e8cdeaab", "129de8ec5831ab52"]


@pytest.mark.parametrize("source", SOURCES)
def test_parameters_are_checked(source: type[Cifar10 | Cifar100]) -> None:
    with pytest.raises(UserError, match=r"^data_dir=7: must be the path of a folder$"):
        source(7)
    with pytest.raises(UserError, match=r"^download=yes: must be true or false$"):
        source(".", "yes")


@pytest.mark.parametrize(
    ("source", "first", "mean"),
    [  # channel means as they are commonly published for normalisation
        (Cifar10, ["frog", "truck", "truck", "deer"], [0.4914, 0.4822, 0.4465]),
        (Cifar100, ["cattle", "dinosaur", "apple", "boy"], [0.5071, 0.4865, 0.4409]),
    ],
)
def test_the_real_set(data_dir: Path, source: type[Cifar10 | Cifar100], first: list[str], mean: list[float]) -> None:
    data = source(data_dir, download=False).load()
    classes = data.num_classes
    assert torch.bincount(data.train_labels).tolist() == [50_000 // classes] * classes
    assert torch.bincount(data.test_labels).tolist() == [10_000 // classes] * classes
    assert [data.class_names[label] for label in data.train_labels[:4]] == first
    assert (data.train_images.numpy().mean((0, 2, 3)) / 255).tolist() == pytest.approx(mean, abs=1e-4)
    assert data.image_shape == (3, 32, 32)
