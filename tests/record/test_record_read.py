import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import synthetic

from sl.errors import UserError
from sl.record import load_all, read, select

Record = list[dict[str, Any]]


def test_a_whole_record_comes_back(tmp_path: Path) -> None:
    written = synthetic.lines(synthetic.header("sl", seed=3))
    run = read(synthetic.write(tmp_path, written))
    assert run.complete
    assert (run.seed, run.name("loss"), run.noise.words) == (3, "sl", "symmetric 40 %")
    assert run.epochs == tuple(line for line in written if line["kind"] == "epoch")
    assert set(run.probes) == {"early", "middle", "late"}
    assert run.class_curve().shape == (12, 10)


def test_derived_figures_follow_their_formulas(tmp_path: Path) -> None:
    record = synthetic.lines(synthetic.header(epochs=12))
    accuracies = [line["test_accuracy"] for line in record if line["kind"] == "epoch"]
    classes = [line["class_accuracy"] for line in record if line["kind"] == "epoch"]
    run = read(synthetic.write(tmp_path, record))
    assert run.last() == accuracies[-1]
    assert run.best() == max(accuracies)
    assert run.mean_last_ten() == pytest.approx(sum(accuracies[2:]) / 10)
    assert run.spread().tolist() == [max(line) - min(line) for line in classes]
    assert run.at_stage("middle").tolist() == classes[5]


def test_what_does_not_exist_is_nan(tmp_path: Path) -> None:
    run = read(synthetic.record(tmp_path, "ce", "none"))
    assert np.isnan(run.curve("wrong_memorised")).all()
    assert run.noise.words == "clean"


@pytest.mark.parametrize("kept", [1, 4])
def test_a_record_without_its_end_is_unfinished(tmp_path: Path, kept: int) -> None:
    record = synthetic.lines(synthetic.header())
    run = read(synthetic.write(tmp_path, record[:kept]))
    assert not run.complete
    assert select([run]) == []
    assert select([run], finished=False) == [run]


def test_a_line_cut_off_while_written_is_no_damage(tmp_path: Path) -> None:
    path = synthetic.record(tmp_path)
    text = path.read_text()
    path.write_text(text[: text.index('"kind": "end"') + 20])
    run = read(path)
    assert not run.complete
    assert len(run.epochs) == 12


def test_a_resumed_record_keeps_all_its_provenances(tmp_path: Path) -> None:
    record = synthetic.lines(synthetic.header())
    again = {"kind": "resume", "epoch": 0, "provenance": {**record[0]["provenance"], "commit": "fedcba9"}}
    run = read(synthetic.write(tmp_path, [record[0], again, *record[1:]]))
    assert [stay["commit"][:7] for stay in run.provenances] == ["0123456", "fedcba9"]


def change(record: Record, number: int, **changes: Any) -> Record:
    record[number - 1] = {**record[number - 1], **changes}
    return record


@pytest.mark.parametrize(
    ("line", "damage", "message"),
    [
        (1, lambda record: change(record, 1, format=2), "format=2: allowed is 1"),
        (1, lambda record: record[1:], "one line of kind run, its first"),
        (2, lambda record: [record[0], *record], "one line of kind run, its first"),
        (3, lambda record: [*record[:2], record[1], *record[2:]], "epoch=1: allowed is 2 here"),
        (2, lambda record: change(record, 2, class_accuracy=[0.5]), "1 values for 10 classes"),
        (2, lambda record: change(record, 2, kind="picture"), "kind=picture"),
        (4, lambda record: [*record[:2], record[-1], *record[2:]], "nothing may follow"),
        (3, lambda record: [*record[:2], record[-1]], "the run ended after 1 of 12 epochs"),
        (3, lambda record: [*record[:2], {"kind": "probe"}, *record[3:]], "the probe has no stage"),
    ],
)
def test_a_damaged_record_is_refused_with_file_and_line(
    tmp_path: Path, line: int, damage: Callable[[Record], Record], message: str
) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in damage(synthetic.lines(synthetic.header()))))
    with pytest.raises(UserError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path} line {line}: damaged record: ")
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["", "no json\n", "[1]\n"])
def test_what_is_no_record_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(text)
    with pytest.raises(UserError, match="line 1"):
        read(path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match="not readable as a run record"):
        read(path)


def test_load_all_reads_every_folder_and_refuses_doubles(tmp_path: Path) -> None:
    for seed in (1, 0):
        synthetic.record(tmp_path, seed=seed)
    path = synthetic.record(tmp_path, dataset="mnist")
    assert len(load_all(tmp_path)) == 3
    (tmp_path / "copy.jsonl").write_text(path.read_text())
    with pytest.raises(UserError, match="is recorded 2 times"):
        load_all(tmp_path)


def test_load_all_of_nothing(tmp_path: Path) -> None:
    assert load_all(tmp_path) == []
    with pytest.raises(UserError, match="nowhere: allowed is a folder"):
        load_all(tmp_path / "nowhere")


def test_readers_do_not_import_torch(tmp_path: Path) -> None:
    synthetic.record(tmp_path / "runs", "ce")
    code = (
        "import sys, json; from pathlib import Path; import sl.record, sl.figures, sl.tables;"
        f"runs = sl.record.load_all(Path({str(tmp_path / 'runs')!r}));"
        f"list(sl.figures.draw_all(runs, Path({str(tmp_path / 'out')!r})));"
        "print(json.dumps([name for name in sys.modules if name.split('.')[0] in ('torch', 'hydra', 'pandas')]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
