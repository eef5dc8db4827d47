"""Which files of a folder are labelled: those that training would read; the others are counted."""

import os
from pathlib import Path

import pytest
from PIL import Image
from refused_folder import refuse, refuse_search

from sl.errors import UserError
from sl.saved.files import output
from sl.saved.predict import pictures_below


def save(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (2, 2)).save(path)
    return path


def test_pictures_are_found_and_the_rest_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / ".mine"
    found = [save(folder / "b.png"), save(folder / "deep" / "er" / "a.JPG")]
    save(folder / ".hidden.png")
    (folder / "notes.txt").write_text("hello")
    save(folder / os.fsdecode(b"caf\xe9.png"))
    assert pictures_below(folder) == found
    said = "passed over: 1 hidden, 1 whose name is not UTF-8, 1 with suffix .txt"
    assert capsys.readouterr().err == f"sl: {folder}: {said}\n"


def test_linked_folders_are_followed_once(tmp_path: Path) -> None:
    picture = save(tmp_path / "elsewhere" / "a.png")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "link").symlink_to(picture.parent)
    (tmp_path / "elsewhere" / "circle").symlink_to(tmp_path / "mine")
    assert pictures_below(tmp_path / "mine") == [tmp_path / "mine" / "link" / "a.png"]


def test_a_folder_that_is_refused_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path / "a.png")
    refuse(monkeypatch, save(tmp_path / "locked" / "b.png").parent)
    with pytest.raises(UserError, match=r"locked cannot be read: Permission denied$"):
        pictures_below(tmp_path)


def test_a_picture_in_the_place_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^folder=.*a\.png: must be a folder of pictures$"):
        pictures_below(save(tmp_path / "a.png"))


@pytest.mark.parametrize("place", ["folder", "file/x.onnx"])
def test_an_out_that_cannot_be_written_is_refused_before_the_work(place: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    out = tmp_path / place
    with pytest.raises(UserError) as error, output(out, tmp_path / "model.json"):
        pytest.fail("the work began")
    reason = "Is a directory" if place == "folder" else "File exists"
    assert str(error.value) == f"out={out}: must be a file that can be written: {reason}"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "folder"]


def test_no_picture_or_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"must be a folder that holds pictures \(\.jpg "):
        pictures_below(tmp_path)
    with pytest.raises(UserError, match=r"nowhere is missing$"):
        pictures_below(tmp_path / "nowhere")


def test_a_folder_where_nobody_may_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, tmp_path / "mine")
    refuse_search(monkeypatch, tmp_path)
    with pytest.raises(UserError, match=r"mine cannot be read: Permission denied$"):
        pictures_below(tmp_path / "mine")


@pytest.mark.parametrize("place", ["model.json", "model.safetensors", "mine/a.png", "link.csv"])
def test_an_out_that_is_read_is_left_alone(place: str, tmp_path: Path) -> None:
    picture = save(tmp_path / "mine" / "a.png")
    (tmp_path / "link.csv").symlink_to(picture)
    for suffix in (".json", ".safetensors"):
        (tmp_path / f"model{suffix}").write_text("kept")
    out, before = tmp_path / place, (tmp_path / place).read_bytes()
    with (
        pytest.raises(UserError, match=r": must be another file than those that are read$"),
        output(out, tmp_path / "model.safetensors", [picture]),
    ):
        pytest.fail("the work began")
    assert out.read_bytes() == before
