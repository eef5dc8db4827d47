"""Pictures in one folder per class, as images with labels."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from small_pictures import save
from torch.nn.functional import interpolate
from torchvision.datasets.folder import IMG_EXTENSIONS

from sl.data import ImageFolder
from sl.data.class_folders import SUFFIXES
from sl.errors import UserError


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


def test_pictures_are_the_files_that_torchvision_takes_for_them() -> None:
    assert SUFFIXES == IMG_EXTENSIONS


@pytest.mark.parametrize("suffix", ["jpg", "jpeg", "png", "ppm", "bmp", "pgm", "tif", "tiff", "webp"])
def test_files_of_this_kind_are_read(suffix: str, tmp_path: Path) -> None:
    for grey in (40, 90):
        for number in range(2):
            save(tmp_path / f"grey {grey}" / f"{number}.{suffix}", grey)
    data = ImageFolder("mine", tmp_path, 2).load()
    assert [image.unique().tolist() for image in data.train_images] == [[40], [90]]


@pytest.mark.parametrize("suffix", ["png", "tiff", "webp"])
def test_of_several_pages_or_frames_the_first_is_read(suffix: str, tmp_path: Path) -> None:
    pages = [Image.new("RGB", (3, 2), (grey, grey, grey)) for grey in (40, 90, 200)]
    for number in range(4):
        (tmp_path / f"class {number % 2}").mkdir(exist_ok=True)
        pages[0].save(tmp_path / f"class {number % 2}" / f"{number}.{suffix}", save_all=True, append_images=pages[1:])
    with Image.open(tmp_path / "class 0" / f"0.{suffix}") as picture:
        assert picture.n_frames == 3
    assert ImageFolder("mine", tmp_path, 2).load().train_images.unique().tolist() == [40]


def test_resizing_is_bilinear_with_antialiasing(pictures: Path) -> None:
    data = ImageFolder("mine", pictures, 8).load()
    with Image.open(pictures / "test" / "ant" / "0.png") as picture:
        pixels = torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None].float()
    expected = interpolate(pixels, (8, 8), mode="bilinear", antialias=True)[0]
    assert (data.test_images[0].float() - expected).abs().max() <= 1


def test_hidden_and_other_files_are_passed_over_and_counted(pictures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = ImageFolder("mine", pictures, 8)
    fingerprint, images = before.fingerprint(), before.load().train_images
    ant = pictures / "train" / "ant"
    (ant / "._0.png").write_bytes(b"not a picture")
    (ant / "notes.txt").write_text("hello")
    shutil.copy(ant / "0.png", pictures / "train" / "stray.png")
    for hidden in (pictures / "train" / ".ipynb_checkpoints", ant / ".ipynb_checkpoints"):
        hidden.mkdir()
        shutil.copy(ant / "0.png", hidden)
    after = ImageFolder("mine", pictures, 8)
    data = after.load()
    assert torch.equal(data.train_images, images)
    assert after.fingerprint() == fingerprint
    assert data.facts["skipped"] == {"hidden": 3, "outside a class folder": 1, "with suffix .txt": 1}
    assert "passed over: 3 hidden, 1 outside a class folder, 1 with suffix .txt\n" in capsys.readouterr().err


def test_what_is_read_is_said(pictures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ImageFolder("mine", pictures, 8).load()
    assert capsys.readouterr().err.splitlines() == [
        f"sl: {pictures}: classes in order, training + test pictures: 0 ant 5 + 1, 1 bee 4 + 1",
        f"sl: {pictures}: the folders train and test say which pictures are for testing",
    ]


def test_folders_that_are_linked_into_a_class_are_followed_once(pictures: Path, tmp_path_factory: Any) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    Image.new("RGB", (4, 4), (9, 9, 9)).save(elsewhere / "more.png")
    ant = pictures / "train" / "ant"
    (ant / "linked").symlink_to(elsewhere)
    (ant / "twice").symlink_to(elsewhere)
    (elsewhere / "circle").symlink_to(ant)
    data = ImageFolder("mine", pictures, 8).load()
    assert data.train_paths.count("train/ant/linked/more.png") == 1
    assert [path for path in data.train_paths if "circle" in path or "twice" in path] == []
    assert data.facts["skipped"] == {"linked twice": 2}
    assert data.train_labels.tolist() == [0] * 6 + [1] * 4


def test_classes_are_in_natural_order(tmp_path: Path) -> None:
    for label in range(12):
        for number in range(2):
            save(tmp_path / str(label) / f"{number}.png", label)
    data = ImageFolder("mine", tmp_path, 2).load()
    assert data.class_names == tuple(map(str, range(12)))
    assert data.train_images[:, 0, 0, 0].tolist() == data.train_labels.tolist() == list(range(12))


def test_of_many_classes_without_a_test_picture_the_first_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for label in range(23):
        save(tmp_path / str(label) / "0.png", label)
    save(tmp_path / "22" / "1.png", 22)
    ImageFolder("mine", tmp_path, 2).load()
    named = ", ".join(map(str, range(20)))
    assert f"classes without a picture for testing: {named} and 2 more\n" in capsys.readouterr().err


def test_labels_are_as_given_and_rows_are_named(pictures: Path) -> None:
    data = ImageFolder("mine", pictures, 8).load()
    assert data.labels_given
    assert data.train_paths[3] == "train/ant/grey.JPG"
    assert data.test_paths == ("test/ant/0.png", "test/bee/0.png")
    half = data.subset(0.5, 0.5)
    assert [data.train_paths[row] for row in half.train_index] == [
        "train/ant/0.png", "train/ant/2.png", "train/bee/0.png", "train/bee/2.png"
    ]  # fmt: skip
    assert half.test_paths == data.test_paths


def test_an_outline_has_all_but_the_pixels(pictures: Path) -> None:
    source = ImageFolder("mine", pictures, 8)
    outline, data = source.outline(), source.load()
    assert outline.train_images.is_meta
    assert outline.train_images.shape == data.train_images.shape
    assert torch.equal(outline.train_labels, data.train_labels)
    assert outline.train_paths == data.train_paths


@pytest.mark.parametrize(
    ("arguments", "start"),
    [
        (("a/b", ".", 8), "name=a/b: must be a word"),
        (("a", None, 8), "data_dir=None: must be the path of a folder"),
        (("a", ".", 0), "image_size=0: must be a whole number"),
    ],
)
def test_parameters_are_checked(arguments: tuple[Any, ...], start: str) -> None:
    with pytest.raises(UserError, match=f"^{start}"):
        ImageFolder(*arguments)
