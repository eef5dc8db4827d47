"""All records below a folder: doubles and damaged ones are named, the rest is used."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import synthetic
from committed import ROOT, committed_records
from refused_folder import refuse

from sl.errors import UserError
from sl.record import load_all, read

Capture = pytest.CaptureFixture[str]


def test_load_all_reads_every_folder_and_names_doubles(tmp_path: Path, capsys: Capture) -> None:
    for seed in (1, 0):
        synthetic.record(tmp_path, seed=seed)
    path = synthetic.record(tmp_path, dataset="mnist")
    assert len(load_all(tmp_path)) == 3
    (tmp_path / "copy.jsonl").write_text(path.read_text())
    runs = load_all(tmp_path)
    assert path in [run.path for run in runs]
    assert len(runs) == 3
    (said,) = capsys.readouterr().err.splitlines()
    assert said == f"sl: left out: {tmp_path}/copy.jsonl: run {path.stem} is recorded in {path} too"
    with pytest.raises(UserError, match="is recorded in"):
        load_all(tmp_path, strict=True)


def test_records_come_in_the_order_of_their_paths_whatever_they_are_called(tmp_path: Path) -> None:
    path = [synthetic.record(tmp_path, seed=seed) for seed in (0, 1)][1]
    path.rename(path.with_name("0 copied.jsonl"))
    assert [run.path for run in load_all(tmp_path)] == sorted(tmp_path.glob("*/*.jsonl"))


def test_a_folder_below_may_be_a_link_and_each_record_is_found_once(tmp_path: Path, capsys: Capture) -> None:
    path = synthetic.record(tmp_path / "runs", seed=0)
    synthetic.record(tmp_path / "elsewhere", dataset="mnist", seed=1)
    synthetic.record(tmp_path / "elsewhere" / ".hidden", dataset="mnist", seed=2)
    (tmp_path / "runs" / "a").symlink_to(tmp_path / "elsewhere")
    for name, target in {"again": path.parent, "whole": tmp_path, "self": tmp_path / "runs", "gone": "gone"}.items():
        (tmp_path / "runs" / name).symlink_to(target)
    assert [run.path.parent for run in load_all(tmp_path / "runs")] == [tmp_path / "runs/a/mnist", path.parent]
    assert [run.path.name for run in load_all(tmp_path / "runs" / "again")] == [path.name]
    assert capsys.readouterr().err == ""


def test_a_folder_that_cannot_be_listed_is_named(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = synthetic.record(tmp_path)
    (tmp_path / "other").mkdir()
    refuse(monkeypatch, tmp_path / "other")
    assert [run.path for run in load_all(tmp_path)] == [path]
    assert capsys.readouterr().err == f"sl: left out: {tmp_path}/other: Permission denied\n"


def test_load_all_of_nothing(tmp_path: Path) -> None:
    assert load_all(tmp_path) == []
    with pytest.raises(UserError, match="nowhere: must be a folder"):
        load_all(tmp_path / "nowhere")


def test_readers_do_not_import_torch(tmp_path: Path) -> None:
    synthetic.record(tmp_path / "runs", "ce")
    code = (
        "import sys, json; from pathlib import Path; import sl.record, sl.figures, sl.tables;"
        f"runs = sl.record.load_all(Path({str(tmp_path / 'runs')!r}));"
        f"list(sl.figures.draw_all(runs, Path({str(tmp_path / 'out')!r})));"
        "print(json.dumps([name for name in sys.modules if name.split('.')[0] in ('torch', 'hydra')]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_a_damaged_record_is_named_and_the_rest_is_used(tmp_path: Path, capsys: Capture) -> None:
    good, bad = synthetic.record(tmp_path, seed=0), synthetic.record(tmp_path, seed=1)
    bad.write_text("no record\n")
    for hidden in (tmp_path / "._x.jsonl", tmp_path / ".ipynb_checkpoints" / "y.jsonl"):
        hidden.parent.mkdir(exist_ok=True)
        hidden.write_bytes(b"\0\5\26\7")
    inside = synthetic.record(tmp_path / ".hidden" / "runs")
    assert [run.path for run in load_all(tmp_path)] == [good]
    assert [run.path for run in load_all(tmp_path / ".hidden" / "runs")] == [inside]
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith(f"sl: left out: {bad} line 1: damaged record: ")
    with pytest.raises(UserError, match="damaged record"):
        load_all(tmp_path, strict=True)


@pytest.mark.results
def test_every_committed_record_is_complete_and_reads_as_its_json_says() -> None:
    paths = committed_records()
    assert len({path.stem for path in paths}) == len(paths) > 0
    for path in paths:
        run = read(path)
        assert (run.complete, run.checked, run.identity) == (True, True, path.stem), path
        epochs = [line for line in map(json.loads, path.read_text().splitlines()) if line["kind"] == "epoch"]
        assert run.class_curve().tolist() == [line["class_accuracy"] for line in epochs], path
        assert run.last() == epochs[-1]["test_accuracy"], path


@pytest.mark.results
@pytest.mark.parametrize(
    ("name", "loss", "seed", "epochs", "last", "last_of_first_class"),
    [
        ("cifar10/12b6dbbc8e207ba9", "ce", 2, 120, 0.5485, 0.56),
        ("mnist/0249d799ab72cd72", "sl", 0, 50, 0.8844, 0.990816),
        ("cifar100/a5f3b0c01ddd1bbd", "gce", 2, 200, 0.092, 0.75),
    ],
)
def test_committed_records_hold_what_they_held(
    name: str, loss: str, seed: int, epochs: int, last: float, last_of_first_class: float
) -> None:
    run = read(ROOT / f"results/runs/{name}.jsonl")
    assert (run.name("loss"), run.seed, len(run.epochs), run.last()) == (loss, seed, epochs, last)
    assert run.class_curve()[-1, 0] == last_of_first_class
