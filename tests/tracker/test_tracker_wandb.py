"""W&B as it is, offline: what its files hold afterwards is compared with the run record."""

import json
import shlex
from pathlib import Path
from statistics import mean

import pytest
from told_run import PATH, SCALE, make_header, make_line, make_probe, tell
from wandb_file import offline_runs

from sl.record.read import read
from sl.record.schema import Epoch, Header, Probe
from sl.record.write import RecordWriter
from sl.tracker import WandbTracker


class Recorder:
    """The record as a sink."""

    def __init__(self, path: Path) -> None:
        self.record, self.seconds = RecordWriter(path), list[float]()

    def start(self, header: Header, path: Path, resumed: int = 0) -> None:
        self.record.start(header)

    def epoch(self, line: Epoch) -> None:
        self.record.write(line)
        self.seconds.append(0.1)

    def probe(self, line: Probe) -> None:
        self.record.write(line)

    def close(self, finished: bool) -> None:
        self.record.end(self.seconds, "0" * 64)


@pytest.mark.usefixtures("no_login")
def test_two_runs_in_one_process_equal_their_records(tmp_path: Path) -> None:
    tracker = WandbTracker("project", group="pair", tags=["a tag"])
    for seed in (0, 1):  # one tracker or two: both happen
        record = Recorder(tmp_path / f"{seed}.jsonl")
        tell([record, tracker if seed else WandbTracker("project")], make_header(seed=seed))
    found = offline_runs(tmp_path)
    assert list(found) == ["0" * 16, "0" * 15 + "1"]
    assert (found["0" * 15 + "1"].run.run_group, list(found["0" * 15 + "1"].run.tags)) == (
        "pair",
        ["a tag", "scale-cpu"],
    )
    assert found["0" * 16].run.run_group == "insects-sym0.4"  # without one of one's own: data set and noise
    assert {mirrored.run.job_type for mirrored in found.values()} == {"sl"}
    for seed, mirrored in enumerate(found.values()):
        record = read(tmp_path / f"{seed}.jsonl")
        assert mirrored.run.display_name == f"insects-sym0.4-sl-s{seed}"
        assert mirrored.exit_code == 0
        for key, value in record.config.plain().items():
            assert mirrored.config[key] == value
        assert mirrored.config["record"]["data"] == record.data.model_dump(exclude_unset=True)
        for line in record.epochs:
            values = mirrored.history[line.epoch]
            accuracy = line.class_accuracy
            assert [values["class/0 ant"], values["class/1 bee"], values["class/2 cat"]] == accuracy
            assert values["spread"] == pytest.approx(max(accuracy) - min(accuracy))
            assert values["worst_class_accuracy"] == min(accuracy)
            assert values["worst_class"] == ["ant", "bee", "cat"][accuracy.index(min(accuracy))]
            for name in ("lr", "train_loss", "test_accuracy", "wrong_memorised", "wrong_corrected"):
                assert values.get(name) == getattr(line, name)
        tests = [line.test_accuracy for line in record.epochs]
        assert mirrored.summary["test_accuracy_last"] == tests[-1]
        assert mirrored.summary["test_accuracy_best"] == max(tests)
        assert mirrored.summary["test_accuracy_mean_last_ten"] == pytest.approx(mean(tests[-10:]))
        assert mirrored.summary["worst_class"] == "cat"


@pytest.mark.usefixtures("no_login")
def test_charts_of_the_stages_hold_the_counts(tmp_path: Path) -> None:
    tell([WandbTracker("project")], make_header())
    (mirrored,) = offline_runs(tmp_path).values()
    media = next(tmp_path.rglob("files/media"))
    for stage, epoch in {"early": 1, "middle": 5, "late": 10}.items():
        line = make_probe(stage, epoch)
        values = mirrored.history[epoch]
        assert "train_loss" in values  # the same step as the epoch's metrics
        rows = json.loads((media.parent / values[f"confusion/{stage}_table/path"]).read_text())
        assert rows["columns"] == ["Actual", "Predicted", "nPredictions"]
        names = ["ant", "bee", "cat"]
        counts = {(true, predicted): count for true, predicted, count in rows["data"]}
        assert [[counts[true, predicted] for predicted in names] for true in names] == line.confusion
        bars = json.loads((media.parent / values[f"confidence/{stage}_table/path"]).read_text())
        assert bars["data"] == [list(row) for row in zip(names, line.confidence, line.predictions, strict=True)]
        assert set(mirrored.charts) >= {f"confusion/{stage}", f"confidence/{stage}"}


@pytest.mark.usefixtures("no_login")
@pytest.mark.parametrize("scale", ["paper", "custom"])
def test_a_run_has_the_tag_of_its_scale(scale: str, tmp_path: Path) -> None:
    tell([WandbTracker("project")], make_header(scale={**SCALE, "name": scale}), epochs=1)
    (mirrored,) = offline_runs(tmp_path).values()
    assert list(mirrored.run.tags) == [f"scale-{scale}"]


@pytest.mark.usefixtures("no_login")
def test_classes_are_numbered_so_that_names_sort(tmp_path: Path) -> None:
    tracker = WandbTracker("project")
    names = [f"class {number}" for number in range(100)]
    tracker.start(make_header(data=make_header().data.model_dump() | {"class_names": names}), PATH)
    tracker.epoch(make_line(1, class_accuracy=[number / 100 for number in range(100)]))
    tracker.close(True)
    (mirrored,) = offline_runs(tmp_path).values()
    keys = sorted(key for key in mirrored.history[1] if key.startswith("class/"))
    assert [mirrored.history[1][key] for key in keys] == [number / 100 for number in range(100)]
    assert keys[7] == "class/07 class 7"


@pytest.mark.usefixtures("no_login")
def test_an_exception_marks_the_run_as_failed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tell([WandbTracker("project")], make_header(), epochs=2, finished=False)
    (mirrored,) = offline_runs(tmp_path).values()
    assert mirrored.exit_code == 1
    assert sorted(mirrored.history) == [1, 2]
    folder = next(tmp_path.rglob("offline-run-*")).relative_to(tmp_path)
    assert capsys.readouterr().out == f"W&B: offline run in {folder}; to upload it: wandb sync {folder}\n"
    assert WandbTracker("project").holds(make_header()) == ""  # it is not whole: a replay sends it again


@pytest.mark.usefixtures("no_login")
def test_dir_holds_the_folder_and_the_command_to_upload_it_can_be_pasted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tell([WandbTracker("project", dir="deep er")], make_header(), epochs=1)
    assert (tmp_path / "deep er/wandb/latest-run").is_dir()
    assert not (tmp_path / "wandb").exists()
    (folder,) = (tmp_path / "deep er/wandb").glob("offline-run-*")
    command = shlex.split(capsys.readouterr().out.partition("to upload it: ")[2])
    assert command == ["wandb", "sync", str(folder.relative_to(tmp_path))]


@pytest.mark.usefixtures("no_login")
def test_a_thousand_classes_cost_no_more_than_ten(tmp_path: Path) -> None:
    """What is logged of two epochs and a probe: W&B makes a chart of each value, and a row of each cell or bar."""
    many = [f"class {number}" for number in range(1000)]
    tracker = WandbTracker("project")
    tracker.start(make_header(data=make_header().data.model_dump() | {"class_names": many}), PATH)
    tracker.epoch(make_line(1, class_accuracy=[0.5] * 1000))
    shares = {"confidence": [0.001] * 1000, "predictions": [1] * 1000}
    tracker.probe(make_probe("early", 1, confusion=[[0] * 1000] * 1000, **shares))
    tracker.epoch(make_line(2, class_accuracy=[0.5] * 1000))
    tracker.close(True)
    (mirrored,) = offline_runs(tmp_path).values()
    assert sorted(mirrored.history) == [1, 2]
    assert max(len(values) for values in mirrored.history.values()) < 20
    assert not list(tmp_path.rglob("*.table.json"))


@pytest.mark.usefixtures("no_login")
def test_a_probe_without_right_labels_has_no_bars(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tracker = WandbTracker("project")
    tracker.start(make_header(), PATH)
    tracker.epoch(make_line(1))
    tracker.probe(make_probe("early", 1, count=0, confidence=None, predictions=None))
    tracker.close(True)
    (mirrored,) = offline_runs(tmp_path).values()
    assert "confusion/early" in mirrored.charts
    assert "confidence/early" not in mirrored.charts
    assert "stops logging this run" not in capsys.readouterr().out
