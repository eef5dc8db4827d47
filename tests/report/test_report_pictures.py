"""Pictures inside the report: of figures, and of audits of the same data."""

import errno
import json
import os
from pathlib import Path

import pytest
import synthetic
from report_data import LITERATURE, data_of

from sl.comparison import run_groups
from sl.errors import UserError
from sl.figures.catalogue import folder
from sl.record import load_all
from sl.report.contents import contents
from sl.report.write import write

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("recipe", "place"), [("authors_code", "cpu"), ("apl", "cpu-apl")])
def test_pictures_are_inside_the_page_where_they_were_drawn(tmp_path: Path, recipe: str, place: str) -> None:
    runs = tmp_path / "runs"
    synthetic.record(runs, "ce", recipe=recipe)
    picture = runs.parent / "figures" / "cifar10" / place / "ablation.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"\x89PNG")
    images = {one["title"]: one["image"] for one in data_of(runs)["groups"][0]["images"]}
    assert images.pop("SL and its terms alone") == "data:image/png;base64,iVBORw=="
    assert set(images.values()) == {None}


def test_a_picture_that_cannot_be_read_is_named(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = runs.parent / "figures" / "cifar10" / "cpu" / "ablation.png"
    picture.parent.mkdir(parents=True)
    picture.touch()
    read_bytes = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path == picture:
            raise OSError(errno.EIO, os.strerror(errno.EIO))  # of a failing disk, the system does not say where
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(UserError) as error:
        write(load_all(runs), LITERATURE, runs.parent / "out", runs.parent / "figures", runs.parent / "audit")
    assert str(error.value) == f"{picture}: must be a picture that can be read: Input/output error; draw it again"
    assert not (runs.parent / "out").exists()


def test_audits_of_the_same_own_data_are_shown(tmp_path: Path) -> None:
    root, audits = tmp_path / "runs", tmp_path / "audit"
    synthetic.own(root, "sl")
    for name, fingerprint in (("mine", "invented"), ("other", "else")):
        (audits / name).mkdir(parents=True)
        (audits / name / "noise.json").write_text(json.dumps({"summary": f"{name}: 3 %", "fingerprint": fingerprint}))
        (audits / name / "suspects.png").write_bytes(b"\x89PNG")
    shown = contents(load_all(root), LITERATURE, tmp_path / "out", tmp_path, audits)["groups"][0]["suspects"]
    picture = "data:image/png;base64,iVBORw=="
    assert shown == [{"summary": "mine: 3 %", "page": "../audit/mine/suspects.html", "image": picture}]
    (audits / "mine" / "noise.json").write_text("{")
    with pytest.raises(UserError, match=r"mine/noise\.json: must be written by an audit"):
        contents(load_all(root), LITERATURE, tmp_path / "out", tmp_path, audits)
    synthetic.record(tmp_path / "published", "sl")
    assert (
        contents(load_all(tmp_path / "published"), LITERATURE, tmp_path, tmp_path, audits)["groups"][0]["suspects"]
        == []
    )


def test_the_picture_of_one_precision_does_not_stand_with_the_runs_of_another(tmp_path: Path) -> None:
    for seed in range(3):
        synthetic.record(tmp_path / "runs", "ce", seed=seed)
    other = synthetic.header("ce")
    other["config"]["precision"] = "bfloat16"
    synthetic.write(tmp_path / "runs", synthetic.lines(other | {"identity": "0" * 16}))
    picture = tmp_path / "figures" / "cifar10" / "cpu" / "confusion.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"of the first group")
    first, second = data_of(tmp_path / "runs")["groups"]
    assert [bool(group["images"][0]["image"]) for group in (first, second)] == [True, False]
    assert second["setting"].endswith("differs from the runs of the same name above: precision float32 → bfloat16")


@pytest.mark.results
def test_every_page_of_records_has_its_figures() -> None:
    groups = run_groups([run for run in load_all(ROOT / "results" / "runs") if run.complete])
    assert groups
    for group in groups:
        place = ROOT / "results" / "figures" / folder(group)
        drawn = {path.stem for path in place.glob("*.png")}
        assert drawn >= {"class_curves", "memorisation", "transition"}, "run: make figures"
