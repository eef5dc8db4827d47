import hashlib
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
from sl.record import load_all, read
from sl.record.lines import serialise
from sl.record.read import record_state

Record = list[dict[str, Any]]


def test_a_whole_record_comes_back(tmp_path: Path) -> None:
    written = synthetic.lines(synthetic.header("sl", seed=3))
    run = read(synthetic.write(tmp_path, written))
    assert run.complete
    assert (run.seed, run.name("loss"), run.noise.title) == (3, "sl", "symmetric 40 %")
    assert [json.loads(serialise(line)) for line in run.epochs] == [line for line in written if line["kind"] == "epoch"]
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
    assert run.class_percent(6).tolist() == [100 * share for share in classes[5]]
    assert run.stage_percent("middle").tolist() == run.class_percent(6).tolist()
    assert run.class_percent().tolist() == [100 * share for share in classes[-1]]


def test_what_does_not_exist_is_nan(tmp_path: Path) -> None:
    run = read(synthetic.record(tmp_path, "ce", "none"))
    assert np.isnan(run.curve("wrong_memorised")).all()
    assert run.noise.title == "clean"


def test_a_class_without_test_images_is_neither_the_worst_nor_in_the_spread(tmp_path: Path) -> None:
    record = synthetic.lines(synthetic.header(classes=3, epochs=2))
    for line in record:
        if line["kind"] == "epoch":
            line["class_accuracy"] = [0.75, None, 0.25]
    run = read(synthetic.write(tmp_path, record))
    assert run.spread().tolist() == [0.5, 0.5]
    assert run.worst_class() == ("class2", 0.25)


def test_a_run_that_has_just_begun_has_no_figures_yet(tmp_path: Path) -> None:
    """A loop over all records meets such runs while others train; the header is their only line."""
    run = read(synthetic.write(tmp_path, synthetic.lines(synthetic.header())[:1]))
    assert not run.complete
    assert np.isnan([run.last(), run.last_percent(), run.best(), run.mean_last_ten()]).all()
    assert (run.class_curve().shape, run.spread().shape) == ((0, 10), (0,))
    assert np.isnan([run.stage_percent("early"), run.class_percent()]).all()
    assert run.at_stage("late").shape == (10,)


@pytest.mark.parametrize("kept", [1, 4])
def test_a_record_without_its_end_is_unfinished(tmp_path: Path, kept: int) -> None:
    record = synthetic.lines(synthetic.header())
    run = read(synthetic.write(tmp_path, record[:kept]))
    assert not run.complete


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
    assert [stay.commit[:7] for stay in run.provenances if stay.commit] == ["0123456", "fedcba9"]


def change(record: Record, number: int, **changes: Any) -> Record:
    record[number - 1] = {**record[number - 1], **changes}
    return record


@pytest.mark.parametrize(
    ("line", "damage", "message"),
    [
        (1, lambda record: change(record, 1, format=2), "format=2: must be 1"),
        (1, lambda record: record[1:], "must begin with its one line of kind run"),
        (2, lambda record: [record[0], *record], "must begin with its one line of kind run"),
        (3, lambda record: [*record[:2], record[1], *record[2:]], "epoch=1: must be 2 here"),
        (2, lambda record: change(record, 2, class_accuracy=[0.5]), "1 values for 10 classes"),
        (2, lambda record: change(record, 2, kind="picture"), "picture"),
        (4, lambda record: [*record[:2], record[-1], *record[2:]], "nothing may follow"),
        (3, lambda record: [*record[:2], record[-1]], "the run ended after 1 of 12 epochs"),
        (3, lambda record: [*record[:2], {"kind": "probe"}, *record[3:]], "stage: Field required"),
        (2, lambda record: change(record, 2, test_accuracy=1.5), "test_accuracy=1.5: must be less than or equal to 1"),
        (2, lambda record: change(record, 2, test_accuracy=True), "test_accuracy=true: must be a valid number"),
        (2, lambda record: change(record, 2, lr=float("nan")), "lr=NaN: must be a finite number"),
        (3, lambda record: change(record, 3, confidence=[1.0]), "the probe does not fit 10 classes"),
        (3, lambda record: change(record, 3, predictions=[1] * 9), "the probe does not fit 10 classes"),
        (3, lambda record: change(record, 3, probe_class=10), "the probe does not fit 10 classes"),
        (3, lambda record: change(record, 3, confusion=record[2]["confusion"][:9]), "does not fit 10 classes"),
        (3, lambda record: change(record, 3, confusion=[[1] * 9] * 10), "the probe does not fit 10 classes"),
        (3, lambda record: change(record, 3, epoch=2), "epoch=2: must be 1, the early stage"),
        (16, lambda record: [line for line in record if line.get("stage") != "late"], "with the probes early, middle"),
        (17, lambda record: change(record, 17, seconds=-1.0), "seconds=-1.0: must be greater than or equal to 0"),
        (1, lambda record: change(record, 1, identity="../../x"), "identity="),
        (1, lambda record: change(record, 1, config={**record[0]["config"], "seed": "0"}), "seed"),
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
    with pytest.raises(UserError, match="Invalid JSON"):
        read(path)


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


def test_the_checksum_is_that_of_all_bytes_before_it(tmp_path: Path) -> None:
    """By hashlib and by hand, not by the reader's own means."""
    content = synthetic.seal(synthetic.record(tmp_path)).read_bytes()
    before, _, rest = content.rpartition(b',"sha256":"')
    assert rest == hashlib.sha256(before).hexdigest().encode() + b'"}\n'


def test_checked_and_unchecked_records_are_told_apart(tmp_path: Path) -> None:
    path = synthetic.record(tmp_path)
    assert (read(path).complete, read(path).checked) == (True, False)
    synthetic.seal(path)
    assert (read(path).complete, read(path).checked) == (True, True)


@pytest.mark.parametrize("tail", [b"\n", b"\n\n", b"  \n", b"\0" * 4096, b"\r\n"])
@pytest.mark.parametrize("checked", [True, False])
def test_blanks_after_the_end_change_nothing(tmp_path: Path, tail: bytes, checked: bool) -> None:
    path = synthetic.record(tmp_path)
    path = synthetic.seal(path) if checked else path
    path.write_bytes(path.read_bytes() + tail)
    assert record_state(path) == "complete"
    assert read(path).complete


def test_every_cut_of_a_record_reads_as_its_state_says(tmp_path: Path) -> None:
    """One parser: what is complete can be read, what is unfinished too, and all else is refused."""
    content = synthetic.seal(synthetic.record(tmp_path, epochs=4)).read_bytes()
    path, seen = tmp_path / "cut.jsonl", set()
    for length in range(0, len(content) - 1, 7):
        path.write_bytes(content[:length])
        state = record_state(path)
        seen.add(state)
        if state == "damaged":
            with pytest.raises(UserError):
                read(path)
        else:
            assert read(path).complete == (state == "complete")
    assert seen == {"damaged", "unfinished"}  # without a part of its header, and without its end


def test_a_record_written_with_other_spacing_is_complete_where_it_has_no_checksum(tmp_path: Path) -> None:
    path = synthetic.record(tmp_path)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(line, separators=(" , ", " : ")) + "\n" for line in lines))
    assert record_state(path) == "complete"


def test_a_finished_record_that_is_damaged_is_known_as_one(tmp_path: Path) -> None:
    path = synthetic.seal(synthetic.record(tmp_path))
    path.write_text(path.read_text().replace('"test_accuracy": 0.', '"test_accuracy": 0.1', 1))
    assert record_state(path) == "damaged end"
    with pytest.raises(UserError, match=f"{path}: damaged record: it was changed after it was finished"):
        read(path)


def test_a_damaged_record_is_named_and_the_rest_is_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = synthetic.record(tmp_path, seed=0), synthetic.record(tmp_path, seed=1)
    bad.write_text("no record\n")
    for hidden in (tmp_path / "._x.jsonl", tmp_path / ".ipynb_checkpoints" / "y.jsonl"):
        hidden.parent.mkdir(exist_ok=True)
        hidden.write_bytes(b"\0\5\26\7")
    assert [run.path for run in load_all(tmp_path)] == [good]
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


def test_a_diverged_run_is_no_complete_one(tmp_path: Path) -> None:
    record = synthetic.lines(synthetic.header())
    last = {
        "kind": "diverged",
        "epoch": 2,
        "step": 5,
        "lr": 0.1,
        "loss": "nan",
        "finished": "2026-01-01T00:00:00+00:00",
    }
    run = read(synthetic.write(tmp_path, [*record[:2], last]))
    assert (run.diverged, run.complete, run.end) == (True, False, None)
    assert record_state(run.path) == "diverged"
    assert read(synthetic.seal(run.path)).checked
    run.path.write_text(run.path.read_text().replace('"lr": 0.01', '"lr": 0.02', 1))
    assert record_state(run.path) == "damaged end"


def test_an_older_record_without_a_loss_reads_as_diverged(tmp_path: Path) -> None:
    record = synthetic.lines(synthetic.header())
    run = read(synthetic.write(tmp_path, change(record, 5, train_loss=None)))
    assert (run.diverged, run.complete) == (True, False)
