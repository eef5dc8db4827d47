import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from sl.errors import UserError
from sl.noise.cifar_n import FILES, FOLDER, ORIGIN, read_columns


class Trap:
    """A pickle that, where pickles are obeyed, makes a folder."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.mark),)


@pytest.fixture
def trap(tmp_path: Path) -> tuple[Path, Path]:
    """A file in the place of CIFAR-10N's that makes the folder `mark` if it is loaded without care."""
    path = tmp_path / FOLDER / FILES["cifar10"].file_name
    path.parent.mkdir()
    mark = tmp_path / "executed"
    torch.save({"clean_label": Trap(mark)}, path)
    return path, mark


def test_the_trap_is_one(trap: tuple[Path, Path]) -> None:
    path, mark = trap
    torch.load(path, weights_only=False)
    assert mark.exists()


def test_a_file_of_another_hash_is_not_opened(trap: tuple[Path, Path], tmp_path: Path) -> None:
    path, mark = trap
    with pytest.raises(UserError, match="sha256") as error:
        FILES["cifar10"].path(tmp_path)
    assert str(path) in str(error.value)
    assert FILES["cifar10"].sha256 in str(error.value)
    assert not mark.exists()


def test_a_pickle_that_runs_something_is_refused_even_with_the_right_hash(
    trap: tuple[Path, Path], tmp_path: Path
) -> None:
    path, mark = trap
    file = replace(FILES["cifar10"], sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    with pytest.raises(UserError, match="refused: it must hold arrays of labels only") as error:
        read_columns(file.path(tmp_path), "clean_label")
    assert "\n" not in str(error.value)
    assert not mark.exists()


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 and so on", b"<html>", [1, 2], {"clean_label": [1, 2]}], ids=repr
)
def test_a_file_that_holds_no_arrays_is_refused(tmp_path: Path, content: object) -> None:
    path = tmp_path / "labels.pt"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        torch.save(content, path)
    with pytest.raises(UserError, match=r"labels\.pt: refused: it must hold arrays of labels only$"):
        read_columns(path, "clean_label")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.pt is missing$"):
        read_columns(tmp_path / "none.pt", "clean_label")


def test_nothing_stays_allowed_after_reading(trap: tuple[Path, Path]) -> None:
    before = set(torch.serialization.get_safe_globals())
    with pytest.raises(UserError):
        read_columns(trap[0], "clean_label")
    assert set(torch.serialization.get_safe_globals()) == before


def test_a_missing_file_is_asked_for_by_its_hash_and_origin(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = []
    monkeypatch.setattr("sl.data.download.fetch", lambda *arguments: asked.append(arguments) or arguments[1])
    for file in FILES.values():
        target = tmp_path / "cifar-n" / file.file_name
        assert file.path(tmp_path) == file.path(str(tmp_path)) == target
        assert asked[-1] == ([f"{ORIGIN}/{file.file_name}"], target, f"sha256:{file.sha256}")


@pytest.mark.parametrize("dataset", FILES)
def test_real_files_have_the_hash_and_the_columns(data_dir: Path, dataset: str) -> None:
    file = FILES[dataset]
    path = data_dir / FOLDER / file.file_name
    assert hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256
    for column in read_columns(path, *file.columns.values()):
        assert column.shape == (50_000,)
        assert column.dtype == torch.int64
    with pytest.raises(UserError, match=r"^column=worst: .*must be one of "):
        read_columns(str(path), "worst")
