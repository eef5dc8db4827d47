"""All records below a folder: doubles and damaged ones are named, the rest is used."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import synthetic

from sl.errors import UserError
from sl.record import load_all


def test_load_all_reads_every_folder_and_names_doubles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
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


def test_a_damaged_record_is_named_and_the_rest_is_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
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


def test_records_of_the_project_are_complete_and_read_as_before() -> None:
    """Values that the former version read from these files."""
    root = Path(__file__).parents[2] / "results/runs"
    runs = load_all(root, strict=True)
    assert all(run.complete for run in runs)
    lines = [json.loads(line) for line in runs[0].path.read_text().splitlines()]
    epochs = [line for line in lines if line["kind"] == "epoch"]
    assert runs[0].class_curve().tolist() == [line["class_accuracy"] for line in epochs]
    assert runs[0].last() == epochs[-1]["test_accuracy"]
