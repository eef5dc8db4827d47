"""Which folders are training and test set and which are classes; what is drawn where there is no test set."""

import shutil
from pathlib import Path

import pytest
import torch
from small_pictures import refused, save

from sl.data import ImageFolder


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


@pytest.mark.parametrize("names", [("bus", "car", "train"), ("train", "truck")])
def test_a_class_may_be_called_train(tmp_path: Path, names: tuple[str, ...]) -> None:
    for name in names:
        for number in range(2):
            save(tmp_path / name / f"{number}.png", number)
    assert ImageFolder("mine", tmp_path, 2).load().class_names == names


def test_what_lies_beside_train_and_test_is_counted(pictures: Path) -> None:
    for name in ("val", "notes", ".git"):
        (pictures / name).mkdir()
    save(pictures / "cover.png", 1)
    data = ImageFolder("mine", pictures, 8).load()
    assert data.facts["skipped"] == {"beside train and test": 2, "hidden": 1, "outside a class folder": 1}


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


def test_pictures_in_no_folder_are_to_be_sorted_or_listed(tmp_path: Path) -> None:
    for number in range(3):
        save(tmp_path / f"{number}.png", number)
    (tmp_path / "notes.txt").touch()
    what = "sort the 3 pictures in it into class folders, or list them in"
    assert refused(tmp_path).endswith(f"and holds 0; {what} {tmp_path / 'labels.csv'} (path,label)")


def test_classes_that_differ(pictures: Path) -> None:
    (pictures / "test" / "bee").rename(pictures / "test" / "wasp")
    assert refused(pictures).endswith("the same classes, but only one of them has bee, wasp")
    (pictures / "test" / "wasp").rename(pictures / "test" / "bee")
    for part in ("test", "train"):
        shutil.copytree(pictures / part / "bee", pictures / part / "gnat")
        assert refused(pictures).endswith("only one of them has gnat")
        shutil.rmtree(pictures / part / "gnat")
