import hashlib
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from joblib import parallel_config
from PIL import Image
from refused_folder import refuse
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
    Image.new("RGB", (4, 4)).quantize(2).save(tmp_path / "train" / "bee" / "palette.bmp")
    return tmp_path


def save(path: Path, grey: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (3, 2), (grey, grey, grey)).save(path)


def refused(root: Path, **options: Any) -> str:
    with pytest.raises(UserError) as error:
        ImageFolder("mine", root, 8, **options).load()
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
        f"sl: {pictures}: training and test pictures are as given",
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


@pytest.mark.parametrize("inside", ["", "train"])
def test_without_a_test_set_a_share_of_every_class_is_drawn(tmp_path: Path, inside: str) -> None:
    for name, count in (("ant", 10), ("bee", 5), ("wasp", 1)):
        for number in range(count):
            save(tmp_path / inside / name / f"{number}.png", number)
    source = ImageFolder("mine", tmp_path, 2)
    data = source.load()
    assert torch.bincount(data.train_labels).tolist() == [8, 4, 1]
    assert torch.bincount(data.test_labels).tolist() == [2, 1]
    names = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.png")]
    assert sorted(data.train_paths + data.test_paths) == sorted(names)
    assert ImageFolder("mine", tmp_path, 2).load().test_paths == data.test_paths
    half = ImageFolder("mine", tmp_path, 2, test_share=0.5).load()
    assert torch.bincount(half.test_labels).tolist() == [5, 2]
    others = {ImageFolder("mine", tmp_path, 2, split_seed=seed).load().test_paths for seed in range(5)}
    assert data.test_paths in others
    assert len(others) > 1


def test_an_outline_has_all_but_the_pixels(pictures: Path) -> None:
    source = ImageFolder("mine", pictures, 8)
    outline, data = source.outline(), source.load()
    assert outline.train_images.is_meta
    assert outline.train_images.shape == data.train_images.shape
    assert torch.equal(outline.train_labels, data.train_labels)
    assert outline.train_paths == data.train_paths


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
    nowhere = pictures / "nowhere"
    assert refused(nowhere).startswith(f"data_dir={nowhere}: there is no folder {nowhere}; pictures lie in train/")


def test_folders_that_may_be_parts_are_not_taken_for_classes(pictures: Path) -> None:
    (pictures / "test").rename(pictures / "val")
    assert refused(pictures).endswith("it has no two folders train and test; rename val to test")
    (pictures / "train").rename(pictures / "test")
    assert "it has a folder test and no folder train" in refused(pictures)


@pytest.mark.parametrize(
    ("train", "test", "renames"),
    [
        ("Training", "Testing", "Training to train and Testing to test"),
        ("Train", "Test", "Train to train and Test to test"),
        ("train", "testing", "testing to test"),
        ("TRAINING", "test", "TRAINING to train"),
        ("Training", "Validation", "Training to train and Validation to test"),
    ],
)
def test_parts_under_other_names_are_no_classes(pictures: Path, train: str, test: str, renames: str) -> None:
    (pictures / "train").rename(pictures / train)
    (pictures / "test").rename(pictures / test)
    assert refused(pictures) == f"data_dir={pictures}: it has no two folders train and test; rename {renames}"


def test_a_class_may_be_called_train(tmp_path: Path) -> None:
    for name in ("bus", "car", "train"):
        for number in range(2):
            save(tmp_path / name / f"{number}.png", number)
    assert ImageFolder("mine", tmp_path, 2).load().class_names == ("bus", "car", "train")


def test_what_lies_beside_train_and_test_is_counted(pictures: Path) -> None:
    for name in ("val", "notes", ".git"):
        (pictures / name).mkdir()
    save(pictures / "cover.png", 1)
    data = ImageFolder("mine", pictures, 8).load()
    assert data.facts["skipped"] == {"beside train and test": 2, "hidden": 1, "outside a class folder": 1}


@pytest.mark.parametrize("storage", ["memory", "mapped"])
@pytest.mark.parametrize(
    ("part", "rule"),
    [("test", "no picture for testing can be read"), ("train", "class ant must have a picture for training")],
)
def test_a_part_of_which_nothing_can_be_read(
    pictures: Path, tmp_path_factory: pytest.TempPathFactory, storage: str, part: str, rule: str
) -> None:
    for path in pictures.glob(f"{part}/*/*"):
        path.write_bytes(b"")
    options = {"on_error": "skip", "storage": storage, "cache_dir": tmp_path_factory.mktemp("cache")}
    with parallel_config(backend="sequential"):
        assert refused(pictures, **options) == f"data_dir={pictures}: {rule}"


def test_a_folder_that_is_refused_is_named(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, pictures / "train" / "bee")
    assert refused(pictures) == f"{pictures / 'train' / 'bee'} cannot be read: Permission denied"


def test_a_share_beside_a_test_set(pictures: Path) -> None:
    assert refused(pictures, test_share=0.5).startswith("test_share=0.5: must be null: these pictures are split")
    assert refused(pictures, split_seed=1).startswith("split_seed=1: must be null")


def test_one_picture_of_every_class(tmp_path: Path) -> None:
    save(tmp_path / "ant" / "0.png", 1)
    save(tmp_path / "bee" / "0.png", 1)
    rule = "at least one class must have two pictures, of which one is for testing"
    assert refused(tmp_path) == f"data_dir={tmp_path}: {rule}"


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
def test_an_unreadable_picture(pictures: Path, keep: int, capsys: pytest.CaptureFixture[str]) -> None:
    broken = pictures / "train" / "bee" / "1.png"
    broken.write_bytes(broken.read_bytes()[:keep])
    start = f"1 of the pictures in {pictures} cannot be read: train/bee/1.png: "
    assert refused(pictures).startswith(start)
    data = ImageFolder("mine", pictures, 8, on_error="skip").load()
    assert data.train_labels.tolist() == [0] * 5 + [1] * 3
    assert "train/bee/1.png" not in data.train_paths
    assert data.facts["skipped"] == {"unreadable": 1}
    assert start in capsys.readouterr().err


def test_a_picture_that_is_gone(pictures: Path) -> None:
    lost = pictures / "train" / "bee" / "lost.png"
    lost.symlink_to(pictures / "nothing.png")
    with pytest.raises(UserError) as refused:
        ImageFolder("mine", pictures, 8).fingerprint()
    assert str(refused.value) == (
        f"1 of the pictures in {pictures} cannot be read: train/bee/lost.png: No such file or directory; "
        "dataset.on_error=skip leaves them out"
    )
    source = ImageFolder("mine", pictures, 8, on_error="skip")
    assert len(source.fingerprint()) == 16
    assert "train/bee/lost.png" not in source.load().train_paths


def test_a_class_that_loses_its_only_picture(pictures: Path) -> None:
    for number in range(3):
        (pictures / "train" / "bee" / f"{number}.png").write_bytes(b"")
    (pictures / "train" / "bee" / "palette.bmp").unlink()
    message = refused(pictures, on_error="skip")
    assert message == f"data_dir={pictures}: class bee must have a picture for training"
    said = refused(pictures)
    assert "train/bee/0.png: " in said
    assert said.endswith("dataset.on_error=skip leaves them out")


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
