"""Folders and pictures that are missing or cannot be read."""

import re
from pathlib import Path

import pytest
from joblib import parallel_config
from refused_folder import refuse, refuse_search
from small_pictures import refused

from sl.data import ImageFolder
from sl.errors import UserError


def test_a_missing_folder(pictures: Path) -> None:
    nowhere = pictures / "nowhere"
    assert refused(nowhere).startswith(f"data_dir={nowhere}: there is no folder {nowhere}; pictures lie in train/")


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


def test_a_folder_that_cannot_be_searched_is_one_line(pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither what lies in it nor, where that holds for the folder above, the folder itself."""
    with monkeypatch.context() as patch:
        refuse_search(patch, pictures)
        assert re.fullmatch(rf"{pictures}/(train|test) cannot be read: Permission denied", refused(pictures))
    refuse_search(monkeypatch, pictures.parent)
    assert refused(pictures) == f"{pictures} cannot be read: Permission denied"


def test_an_empty_class(pictures: Path) -> None:
    (pictures / "test" / "bee" / "0.png").unlink()
    assert f"{pictures / 'test' / 'bee'} holds no picture (.jpg " in refused(pictures)
    assert refused(pictures).endswith("); delete it if it is no class")


@pytest.mark.parametrize("keep", [0, 30, 200])
def test_an_unreadable_picture(pictures: Path, keep: int, capsys: pytest.CaptureFixture[str]) -> None:
    broken = pictures / "train" / "bee" / "1.png"
    broken.write_bytes(broken.read_bytes()[:keep])
    start = f"1 picture in {pictures} cannot be read: train/bee/1.png: "
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
        f"1 picture missing in {pictures}: train/bee/lost.png; dataset.on_error=skip leaves them out"
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
