"""Clothing1M in the layout of its authors, on a stand-in of a hundred generated pictures."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from clothing1m_stand_in import write_stand_in
from PIL import Image

from sl.data import Clothing1M
from sl.data.clothing1m import CLASSES
from sl.data.decode import decode
from sl.errors import UserError

Options = Callable[..., Clothing1M]


@pytest.fixture
def source(tmp_path: Path) -> Options:
    return lambda **more: Clothing1M(
        tmp_path / "data", **{"image_size": 8, "margin": 1, "cache_dir": tmp_path / "c", **more}
    )


@pytest.mark.parametrize(("annotations", "storage"), [("", "memory"), ("annotations", "mapped")])
def test_parts_are_those_of_the_lists(source: Options, tmp_path: Path, annotations: str, storage: str) -> None:
    expected = write_stand_in(tmp_path / "data", annotations)
    data = source(storage=storage).load()
    assert [
        (name, label) for name, label in zip(data.train_paths, data.train_labels.tolist(), strict=True)
    ] == expected["noisy_train"]
    assert [(name, label) for name, label in zip(data.test_paths, data.test_labels.tolist(), strict=True)] == expected[
        "clean_test"
    ]
    assert data.validation is not None
    assert data.validation[1].tolist() == [label for _, label in expected["clean_val"]]
    assert (data.class_names, data.labels_given, data.test_checked) == (CLASSES, True, True)
    for images, part in (
        (data.train_images, "noisy_train"),
        (data.validation[0], "clean_val"),
        (data.test_images, "clean_test"),
    ):
        with Image.open(tmp_path / "data" / expected[part][3][0]) as picture:
            whole = np.array(picture.convert("RGB").resize((10, 10), Image.Resampling.BILINEAR))
        assert torch.equal(images[3], torch.from_numpy(whole[1:9, 1:9]).permute(2, 0, 1))


def test_a_share_of_it_takes_a_share_of_the_validation_images(source: Options, tmp_path: Path) -> None:
    write_stand_in(tmp_path / "data")
    part = source(storage="memory").load().subset(0.2, 0.5)
    assert part.validation is not None
    assert len(part.train_labels) == 14  # of each class one of five
    assert len(part.validation[0]) == len(part.validation[1]) == 14  # of each class its only one
    outline = source().outline()
    assert outline.train_images.is_meta
    assert outline.validation is not None
    assert len(outline.validation[0]) == 14


def test_the_fingerprint_knows_names_and_labels(source: Options, tmp_path: Path) -> None:
    write_stand_in(tmp_path / "data")
    first = source().fingerprint()
    assert source(image_size=9).fingerprint() == first
    labels = tmp_path / "data" / "noisy_label_kv.txt"
    labels.write_text(labels.read_text().replace("images/0/00/0,0.jpg 0", "images/0/00/0,0.jpg 1"))
    assert source().fingerprint() != first


@pytest.mark.parametrize("storage", ["memory", "mapped"])
def test_an_unreadable_picture_is_named_or_left_out(
    source: Options, tmp_path: Path, storage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write_stand_in(tmp_path / "data")
    (tmp_path / "data" / "images/0/00/0,0.jpg").write_text("no picture")
    with pytest.raises(UserError, match=r"1 picture in .*: images/0/00/0,0\.jpg: .*on_error=skip"):
        source(storage=storage).load()
    data = source(storage=storage, on_error="skip").load()
    assert "images/0/00/0,0.jpg" not in data.train_paths
    assert len(data.train_images) == len(data.train_labels) == len(data.train_paths) == 69
    assert "images/0/00/0,0.jpg" in capsys.readouterr().err


@pytest.mark.parametrize("storage", ["memory", "mapped"])
@pytest.mark.parametrize("part", ["noisy_train", "clean_val", "clean_test"])
def test_a_list_of_which_nothing_can_be_read(source: Options, tmp_path: Path, storage: str, part: str) -> None:
    for name, _ in write_stand_in(tmp_path / "data")[part]:
        (tmp_path / "data" / name).write_text("no picture")
    with pytest.raises(UserError, match=rf"^data_dir=.*/data: no picture of {part} can be read$"):
        source(storage=storage, on_error="skip").load()


def test_a_picture_that_was_missing_is_read_once_it_is_there(source: Options, tmp_path: Path) -> None:
    write_stand_in(tmp_path / "data")
    missing = tmp_path / "data" / "images/0/00/0,0.jpg"
    content = missing.read_bytes()
    missing.unlink()
    with pytest.raises(UserError, match=r"1 picture missing in .*: images/0/00/0,0\.jpg; dataset"):
        source().load()
    missing.write_bytes(content)
    data, expected = source().load(), source(storage="memory").load()
    assert data.train_paths == expected.train_paths
    assert torch.equal(data.train_images, expected.train_images)


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        (
            "noisy_label_kv.txt",
            None,
            r"must hold noisy_label_kv\.txt, there or in annotations/; https://github\.com/Cysu",
        ),
        (
            "noisy_label_kv.txt",
            "images/0/00/0,0.jpg 14\n",
            r"noisy_label_kv\.txt line 1: it must be a path and a number from 0",
        ),
        ("clean_label_kv.txt", "5\n", r"clean_label_kv\.txt line 1: it must be a path and a number from 0"),
        ("clean_test_key_list.txt", "images/x.jpg\n", r"clean_test_key_list\.txt: .* have a label; images/x\.jpg"),
        ("noisy_train_key_list.txt", "\n", r"noisy_train_key_list\.txt: .*; it lists none"),
        ("clean_val_key_list.txt", "images/é.jpg\n", r"^[^ ]*/clean_val_key_list\.txt: must be UTF-8 text$"),
        ("clean_label_kv.txt", "images/é.jpg 1\n", r"^[^ ]*/clean_label_kv\.txt: must be UTF-8 text$"),
    ],
)
def test_a_damaged_layout_is_named(
    source: Options, tmp_path: Path, file: str, content: str | None, message: str
) -> None:
    write_stand_in(tmp_path / "data")
    path = tmp_path / "data" / file
    path.unlink() if content is None else path.write_text(content, encoding="latin-1")
    with pytest.raises(UserError, match=message):
        source().load()


def test_the_middle_of_the_picture_is_kept(tmp_path: Path) -> None:
    pixels = np.arange(36, dtype=np.uint8).reshape(6, 6, 1).repeat(3, 2)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    assert (decode(tmp_path / "a.png", 4, 1) == pixels[1:5, 1:5]).all()
    assert (decode(tmp_path / "a.png", 6) == pixels).all()
