import hashlib
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import interpolate

from sl.data import ImageFolder
from sl.errors import UserError


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """train/ and test/ of the classes bee and ant, in several sizes, modes and formats."""
    rng = np.random.default_rng(0)
    for part, count in (("train", 3), ("test", 1)):
        for name in ("bee", "ant"):
            (tmp_path / part / name).mkdir(parents=True)
            for i in range(count):
                pixels = rng.integers(0, 256, (20 + 7 * i, 31, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(tmp_path / part / name / f"{i}.png")
    Image.new("L", (9, 5), 77).save(tmp_path / "train" / "ant" / "grey.JPG", "jpeg")
    Image.new("RGBA", (9, 5), (1, 2, 3, 4)).save(tmp_path / "train" / "ant" / "see-through.png")
    Image.new("P", (4, 4)).save(tmp_path / "train" / "bee" / "palette.bmp")
    return tmp_path


def refused(root: Path) -> str:
    with pytest.raises(UserError) as error:
        ImageFolder("mine", root, 8).load()
    assert "\n" not in str(error.value)
    return str(error.value)


def test_every_picture_becomes_an_rgb_square_of_its_class(pictures: Path) -> None:
    data = ImageFolder("mine", pictures, 8).load()
    assert data.name == "mine"
    assert data.class_names == ("ant", "bee")
    assert data.train_labels.tolist() == [0] * 5 + [1] * 4
    assert data.test_labels.tolist() == [0, 1]
    assert data.train_images.shape == (9, 3, 8, 8)
    assert data.train_images.dtype == torch.uint8
    assert data.train_labels.dtype == torch.int64
    assert data.train_images[3].unique().tolist() == [77]
    assert data.train_images[4, :, 0, 0].tolist() == [1, 2, 3]
    assert torch.equal(data.train_index, torch.arange(9))


def test_resizing_is_bilinear_with_antialiasing(pictures: Path) -> None:
    data = ImageFolder("mine", pictures, 8).load()
    with Image.open(pictures / "test" / "ant" / "0.png") as picture:
        pixels = torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None].float()
    expected = interpolate(pixels, (8, 8), mode="bilinear", antialias=True)[0]
    assert (data.test_images[0].float() - expected).abs().max() <= 1


def test_hidden_and_other_files_are_passed_over(pictures: Path) -> None:
    before = ImageFolder("mine", pictures, 8)
    fingerprint, images = before.fingerprint(), before.load().train_images
    (pictures / "train" / "ant" / "._0.png").write_bytes(b"not a picture")
    (pictures / "train" / "ant" / "notes.txt").write_text("hello")
    (pictures / "train" / ".ipynb_checkpoints").mkdir()
    assert torch.equal(before.load().train_images, images)
    assert before.fingerprint() == fingerprint


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


def test_a_missing_folder(pictures: Path) -> None:
    shutil.rmtree(pictures / "test")
    assert refused(pictures).startswith(f"data_dir={pictures}: there is no folder {pictures / 'test'}; ")
    assert "there is no folder" in refused(pictures / "nowhere")


def test_too_few_classes(pictures: Path) -> None:
    for part in ("train", "test"):
        shutil.rmtree(pictures / part / "bee")
    assert refused(pictures).endswith("must hold two or more folders, one for each class, and holds 1")


def test_classes_that_differ(pictures: Path) -> None:
    (pictures / "test" / "bee").rename(pictures / "test" / "wasp")
    assert refused(pictures).endswith("the same classes, but only one of them has bee, wasp")


def test_an_empty_class(pictures: Path) -> None:
    (pictures / "test" / "bee" / "0.png").unlink()
    assert f"{pictures / 'test' / 'bee'} holds no picture" in refused(pictures)


@pytest.mark.parametrize("keep", [0, 30, 200])
def test_an_unreadable_picture(pictures: Path, keep: int) -> None:
    broken = pictures / "train" / "bee" / "1.png"
    broken.write_bytes(broken.read_bytes()[:keep])
    assert refused(pictures).startswith(f"{broken} cannot be read as a picture: ")


@pytest.mark.parametrize(
    ("arguments", "start"),
    [
        (("a/b", ".", 8), "name=a/b: allowed is a word"),
        (("a", None, 8), "data_dir=None: allowed is the path of a folder"),
        (("a", ".", 0), "image_size=0: must be a whole number"),
    ],
)
def test_parameters_are_checked(arguments: tuple[Any, ...], start: str) -> None:
    with pytest.raises(UserError, match=f"^{start}"):
        ImageFolder(*arguments)
