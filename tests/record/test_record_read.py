"""What a record says once it is read: curves, figures derived from them, and whether it is finished."""

import json
from pathlib import Path

import numpy as np
import pytest
import synthetic

from sl.record import read
from sl.record.lines import serialise
from sl.record.read import record_state


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


def test_a_diverged_run_is_no_complete_one(tmp_path: Path) -> None:
    run = read(synthetic.diverged(tmp_path))
    assert (run.diverged, run.complete, run.end) == (True, False, None)
    assert record_state(run.path) == "diverged"
    assert read(synthetic.seal(run.path)).checked
    run.path.write_text(run.path.read_text().replace('"lr": 0.01', '"lr": 0.02', 1))
    assert record_state(run.path) == "damaged end"


def test_an_older_record_without_a_loss_reads_as_diverged(tmp_path: Path) -> None:
    record = synthetic.lines(synthetic.header())
    run = read(synthetic.write(tmp_path, [*record[:4], record[4] | {"train_loss": None}, *record[5:]]))
    assert (run.diverged, run.complete) == (True, False)
