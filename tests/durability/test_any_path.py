"""Folders with any name that the system allows: what is trained in them is read, drawn and audited from them."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from in_process import as_before, run
from PIL import Image

from sl.record import load_all

SMALL = ("dataset=digits", "noise=symmetric", "scale.train_share=0.05", "recipe.epochs=2", "recipe.batch_size=22")
NAMES = {
    "not_utf8": os.fsdecode(b"caf\xe9 \xff"),
    "long": "/".join(["a folder with a long name" * 4] * 3),
    "signs": "a=b,(c) ${d} #'\"~",
}
PAGES = ("figures", "tables", "claims", "report")
TOO_LONG = "x" * 300


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    with as_before():
        yield


def option(name: str, path: str) -> str:
    """As a careful person types it."""
    quoted = path.replace("'", "\\'").replace("${", "\\${")
    return f"{name}='{quoted}'"


CASES = [*((name, ("tables",)) for name in NAMES), pytest.param("not_utf8", PAGES, marks=pytest.mark.slow)]


@pytest.mark.parametrize(("name", "pages"), CASES)
def test_a_run_and_its_pages(name: str, pages: tuple[str, ...]) -> None:
    place = NAMES[name]
    folders = [option(key, f"{place}/{key}") for key in ("runs_dir", "checkpoints_dir", "models_dir")]
    assert run("train", *SMALL, *folders, "save=true")[0] == 0
    assert all(recorded.complete for recorded in load_all(Path(place) / "runs_dir", strict=True))
    for command in pages:
        assert run(command, f"runs_dir={place}/runs_dir", f"out={place}/{command}") == (0, "")
        assert list((Path(place) / command).rglob("*.*"))


@pytest.mark.parametrize("folder", ["runs_dir", "checkpoints_dir", "data_dir", "models_dir"])
def test_a_name_that_is_too_long_is_one_line(folder: str) -> None:
    more = ("dataset=folder", "dataset.image_size=8") if folder == "data_dir" else SMALL
    code, said = run("train", *more, "save=true", f"{folder}={TOO_LONG}")
    assert (code, said.count("\n")) == (2, 1)
    assert said.startswith("sl: error: ")
    assert TOO_LONG in said


def pictures(root: str, *classes: str) -> None:
    draw = np.random.default_rng(0)
    for number, name in enumerate(classes):
        folder = Path(root) / name
        folder.mkdir(parents=True)
        for image in range(20):
            pixels = draw.integers(0, 100, (8, 8)) + 100 * number
            Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{image}.png")


def test_pictures_in_a_folder_that_is_not_utf8() -> None:
    place = NAMES["not_utf8"]
    pictures(f"{place}/mine", "ant", "bee")
    small = ("dataset=folder", "dataset.image_size=8", "recipe.epochs=2", "recipe.batch_size=8", "loss=ce", "folds=0")
    folders = [option(key, f"{place}/{key}") for key in ("runs_dir", "checkpoints_dir", "models_dir", "results_dir")]
    odd = Path(place, "mine", "ant", place + ".png")
    odd.write_bytes(Path(place, "mine", "ant", "0.png").read_bytes())
    code, said = run("audit", *small, option("data_dir", f"{place}/mine"), *folders)
    assert (code, list(Path(place).rglob("suspects.html")) != []) == (0, True), said
    (recorded,) = load_all(Path(place, "runs_dir"))
    assert recorded.data.skipped == {"whose name is not UTF-8": 1}  # a file of labels could not name it


def test_a_class_whose_name_is_not_utf8_is_one_line() -> None:
    pictures("mine", "ant", NAMES["not_utf8"])
    code, said = run("train", "dataset=folder", "dataset.image_size=8", "recipe.epochs=2", "data_dir=mine")
    assert code == 2
    assert said.splitlines()[-1].startswith("sl: error: ")
    assert "UTF-8" in said
