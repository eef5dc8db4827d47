"""The labels that an audit writes of folders are read back as the same pictures."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from PIL import Image

from sl.audit.subject import Subject
from sl.audit.suspects import labels_list
from sl.data import ImageFolder
from sl.data.labels_file import read_labels
from sl.errors import UserError

ODD = (
    " 0.png",
    "a,b.png",
    'say "x".png',
    "'1'.png",
    "#2.png",
    "naïve 猫.png",
    "👩\u200d🔬.png",
    "3\u202fPM.png",
    "4 .png",
)
TORN = ("5\r.png", "6\n.png", "7\t.png", "8\x1b.png", "9\x85.png")


def save(folder: Path, names: Sequence[str]) -> None:
    folder.mkdir(parents=True)
    for name in names:
        Image.new("L", (2, 2)).save(folder / name)


@pytest.mark.parametrize("parts", [("train", "test"), ("",)])
def test_what_is_written_is_read_back(
    tmp_path: Path, parts: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "mine"
    for part in parts:
        save(root / part / "ant, small", ODD + TORN)
        save(root / part / "a bee" / " deep ", ODD)
        save(root / part / "a bee" / "to\rrn", ODD[:1])
        (root / part / "a bee" / "notes.t\nxt").write_text("no picture")
    data = ImageFolder("mine", root, 2).load()
    torn = len(parts) * (len(TORN) + 2)
    assert data.facts["skipped"] == {"whose name holds a control character": torn}
    assert f"passed over: {torn} whose name holds a control character\n" in capsys.readouterr().err

    labels = [data.class_names[label] for label in (*data.train_labels.tolist(), *data.test_labels.tolist())]
    names, trained = (*data.train_paths, *data.test_paths), len(data.train_paths)
    subject = Subject(data.train_images, torch.empty(0), None, names, data.class_names, trained, root)
    splits = [subject.split(row) for row in range(len(names))]
    file = tmp_path / "labels.csv"
    file.write_text(labels_list(subject, zip(names, labels, splits, strict=True)))

    read = read_labels(file, root)
    assert {part: [picture.name for picture in pictures] for part, pictures in read.items()} == {
        "train": list(data.train_paths),
        "test": list(data.test_paths),
    }
    found = {picture.path: picture.label for pictures in read.values() for picture in pictures}
    expected: dict[Path, str] = {}
    for part in parts:
        expected |= {root / part / "ant, small" / name: "ant, small" for name in ODD}
        expected |= {root / part / "a bee" / " deep " / name: "a bee" for name in ODD}
    assert found == expected
    assert ImageFolder("mine", root, 2, labels=file).load().class_names == data.class_names


@pytest.mark.parametrize("part", ["train/", ""])
@pytest.mark.parametrize("name", [" cat", "cat "])
def test_a_class_that_begins_or_ends_with_a_blank_is_refused(tmp_path: Path, part: str, name: str) -> None:
    for label in (name, "dog"):
        save(tmp_path / part / label, ["0.png", "1.png"])
    with pytest.raises(UserError) as error:
        ImageFolder("mine", tmp_path, 2).outline()
    rule = f"the name of class '{name}' must not begin or end with a blank; rename it"
    assert str(error.value) == f"data_dir={tmp_path}: {rule}"


@pytest.mark.parametrize("name", ["c\tat", "c\nat", os.fsdecode(b"caf\xe9")])
def test_a_class_whose_name_cannot_be_printed_is_refused(tmp_path: Path, name: str) -> None:
    """Records and lists of labels are UTF-8, one line for each picture."""
    for label in (name, "dog"):
        save(tmp_path / label, ["0.png", "1.png"])
    with pytest.raises(UserError) as error:
        ImageFolder("mine", tmp_path, 2).outline()
    rule = f"the name of class {name!a} must be printable UTF-8 text"
    assert str(error.value) == f"data_dir={tmp_path}: {rule}"


def test_another_file_s_name_that_is_not_utf_8_is_not_said(tmp_path: Path) -> None:
    """The counts are recorded as UTF-8."""
    for label in ("cat", "dog"):
        save(tmp_path / label, ["0.png", "1.png"])
    (tmp_path / "cat" / os.fsdecode(b"notes.\xe9")).write_text("no picture")
    assert ImageFolder("mine", tmp_path, 2).outline().facts["skipped"] == {"whose name is not UTF-8": 1}
