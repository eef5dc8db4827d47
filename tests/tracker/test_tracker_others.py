"""CSV, TensorBoard and MLflow as they are: what their files hold afterwards is compared with the run record."""

import csv
from pathlib import Path
from typing import Any

import pytest
from told_run import EPOCHS, PATH, STAGES, make_header, make_line, make_probe

from sl.record.lines import rounded
from sl.tracker import CsvTracker, MlflowTracker, TensorBoardTracker, Tracker, Watchers
from sl.tracker.confusion_figure import confusion
from sl.tracker.values import epoch_values

BEGAN = 1767225600  # 2026-01-01, when the header's run began


def recorded(epoch: int) -> dict[str, float]:
    """What a tracker has to hold of an epoch, by the names that all trackers share."""
    line = rounded(make_line(epoch).model_dump())
    names = ("lr", "train_loss", "noisy_accuracy", "clean_accuracy", "right_accuracy", "wrong_memorised")
    names += ("wrong_corrected", "test_accuracy")
    accuracy = line["class_accuracy"]
    by_class = dict(zip(("class/0 ant", "class/1 bee", "class/2 cat"), accuracy, strict=True))
    both = {"spread": max(accuracy) - min(accuracy), "worst_class_accuracy": min(accuracy)}
    return {name: line[name] for name in names} | by_class | both


def tell(tracker: Tracker, header: Any, finished: bool = True) -> None:
    """Tell a run whose epochs took ten seconds each."""
    tracker.clock = lambda: BEGAN
    tracker.start(header, PATH)
    for epoch in range(1, EPOCHS + 1):
        tracker.clock = lambda now=BEGAN + 10 * epoch: now
        tracker.epoch(make_line(epoch))
        for stage in (stage for stage, when in STAGES.items() if when == epoch):
            tracker.probe(make_probe(stage, epoch))
    tracker.close(finished)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_csv_holds_the_record_once(tmp_path: Path) -> None:
    for _ in range(2):
        tell(CsvTracker(str(tmp_path)), make_header())
    folder = tmp_path / ("0" * 16)
    epochs = rows(folder / "epochs.csv")
    assert len(epochs) == EPOCHS
    for epoch, row in enumerate(epochs, start=1):
        assert (int(row["epoch"]), float(row["seconds"])) == (epoch, 10.0 * epoch)
        assert {name: float(row[name]) for name in recorded(epoch)} == pytest.approx(recorded(epoch))
        assert row["worst_class"] in ("ant", "cat")
    late = rows(folder / "confusion_late.csv")
    assert [[int(row[name]) for name in ("ant", "bee", "cat")] for row in late] == make_probe("late", 10).confusion
    assert [row["true class"] for row in late] == ["ant", "bee", "cat"]
    facts = {row["key"]: row["value"] for row in rows(folder / "run.csv")}
    assert facts["name"] == "insects-sym0.4-sl-s0"
    assert not any(name.startswith("record.noise.transition") for name in facts)
    assert (facts["loss.alpha"], facts["record.provenance.python"], facts["finished"]) == ("0.1", "3.11.0", "True")
    assert float(facts["test_accuracy_last"]) == pytest.approx(recorded(EPOCHS)["test_accuracy"], abs=1e-5)


def test_a_difference_is_rounded_as_what_it_is_of() -> None:
    values = epoch_values(make_header(), make_line(1, class_accuracy=[0.3, 0.5, 0.9]))
    assert (0.9 - 0.3, values["spread"]) == (0.6000000000000001, 0.6)


@pytest.mark.parametrize(("labels", "rows"), [(None, "true class"), ("given", "label given")])
def test_a_label_that_nobody_checked_is_not_called_the_true_class(
    tmp_path: Path, labels: str | None, rows: str
) -> None:
    header = make_header(data=make_header().data.model_dump() | {"labels": labels})
    tell(CsvTracker(str(tmp_path)), header)
    (file,) = tmp_path.rglob("confusion_late.csv")
    assert file.read_text().startswith(f"{rows},ant,bee,cat")
    assert confusion(header, make_probe("late", 10)).axes[0].get_ylabel() == rows


def test_csv_of_a_run_that_is_told_again_holds_nothing_of_the_first(tmp_path: Path) -> None:
    tell(CsvTracker(str(tmp_path)), make_header())
    tracker = CsvTracker(str(tmp_path))
    tracker.start(make_header(), PATH)
    tracker.close(False)
    (file,) = tmp_path.rglob("*.csv")
    assert {row["key"]: row["value"] for row in rows(file)}["finished"] == "False"


def test_accuracy_on_held_out_labels_is_logged_epoch_by_epoch(tmp_path: Path) -> None:
    tracker = CsvTracker(str(tmp_path))
    tracker.start(make_header(config=make_header().config.plain() | {"holdout": 0.1}), PATH)
    for epoch in (1, 2):
        tracker.epoch(make_line(epoch, validation_accuracy=epoch / 4))
    tracker.close(True)
    (file,) = tmp_path.rglob("epochs.csv")
    assert [float(row["validation_accuracy"]) for row in rows(file)] == [0.25, 0.5]


def test_csv_columns_hold_what_they_are_called_whatever_an_epoch_lacks(tmp_path: Path) -> None:
    tracker = CsvTracker(str(tmp_path))
    tracker.start(make_header(), PATH)
    lacking = {1: "right_accuracy", 2: "wrong_memorised", 3: "clean_accuracy"}
    for epoch, name in lacking.items():
        tracker.epoch(make_line(epoch, **{name: None}))
    tracker.close(True)
    found = rows(tmp_path / ("0" * 16) / "epochs.csv")
    assert len(found) == 3
    for epoch, row in enumerate(found, start=1):
        expected = {name: value for name, value in recorded(epoch).items() if name != lacking[epoch]}
        assert {name: float(row[name]) for name in expected} == pytest.approx(expected)
        assert (row[lacking[epoch]], row["epoch"]) == ("", str(epoch))


def test_tensorboard_holds_the_record_once(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    for _ in range(2):
        tell(TensorBoardTracker(str(tmp_path)), make_header())
    (folder,) = tmp_path.iterdir()
    assert folder.name == f"insects-sym0.4-sl-s0-{'0' * 16}"
    events = EventAccumulator(str(folder), size_guidance={"scalars": 0, "images": 0}).Reload()
    for name in recorded(1):
        found = [(event.step, event.wall_time, event.value) for event in events.Scalars(name)]
        expected = [(epoch, BEGAN + 10 * epoch, recorded(epoch)[name]) for epoch in range(1, EPOCHS + 1)]
        assert found == [pytest.approx(values, rel=1e-6, abs=1e-7) for values in expected]
    assert {name: [image.step for image in events.Images(name)] for name in events.Tags()["images"]} == {
        f"confusion/{stage}": [epoch] for stage, epoch in STAGES.items()
    }
    (last,) = events.Scalars("summary/test_accuracy_last")
    assert last.value == pytest.approx(recorded(EPOCHS)["test_accuracy"], abs=1e-5)
    assert b'"alpha": 0.1' in events.Tensors("config/text_summary")[0].tensor_proto.string_val[0]


def test_tensorboard_shows_a_run_once_that_a_sweep_calls_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SL_VARIED", "loss.beta")
    tell(TensorBoardTracker(str(tmp_path)), make_header())
    monkeypatch.delenv("SL_VARIED")
    tell(TensorBoardTracker(str(tmp_path)), make_header())
    (file,) = tmp_path.glob("*/events.*")
    assert file.parent.name == f"insects-sym0.4-sl-beta1-s0-{'0' * 16}"
    double = tmp_path / f"insects-sym0.4-sl-s0-{'0' * 16}"  # as earlier versions left it
    double.mkdir()
    (double / "events.out.tfevents.1").write_text("")
    tell(TensorBoardTracker(str(tmp_path)), make_header())
    assert len(list(tmp_path.glob("*/events.*"))) == 1


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # MLflow's own use of SQLAlchemy, pydantic and protobuf
def test_mlflow_holds_the_record_once(tmp_path: Path) -> None:
    tracker = MlflowTracker(f"sqlite:///{tmp_path}/mlflow.db", "insects", str(tmp_path / "artifacts"))
    for _ in range(2):
        tell(tracker, make_header(provenance=make_header().provenance.model_dump() | {"commit": "c0ffee"}))
    client = tracker.client
    (run,) = client.search_runs([client.get_experiment_by_name("insects").experiment_id])
    for name in recorded(1):
        history = client.get_metric_history(run.info.run_id, name)
        found = [(point.step, point.timestamp, point.value) for point in history]
        epochs = range(1, EPOCHS + 1)
        expected = [(epoch, 1000 * (BEGAN + 10 * epoch), recorded(epoch)[name]) for epoch in epochs]
        assert sorted(found) == [pytest.approx(values) for values in expected]
    assert (run.info.run_name, run.info.status) == ("insects-sym0.4-sl-s0", "FINISHED")
    assert (run.info.start_time, run.info.end_time) == (1000 * BEGAN, 1000 * (BEGAN + 10 * EPOCHS))
    assert run.data.params["loss.alpha"] == "0.1"
    assert run.data.tags["mlflow.source.git.commit"] == "c0ffee"
    assert run.data.metrics["test_accuracy_best"] == pytest.approx(recorded(EPOCHS)["test_accuracy"], abs=1e-5)
    kept = {item.path for item in client.list_artifacts(run.info.run_id, "confusion")}
    assert kept == {f"confusion/{stage}.{suffix}" for stage in STAGES for suffix in ("json", "png")}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # MLflow's own use of SQLAlchemy, pydantic and protobuf
def test_a_store_of_mlflow_that_is_full_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mlflow.exceptions import MlflowException

    def full(*arguments: object, **options: object) -> None:
        raise MlflowException("(sqlite3.OperationalError) database or disk is full\n[SQL: INSERT INTO metrics]")

    tracker = MlflowTracker(f"sqlite:///{tmp_path}/mlflow.db", "insects", str(tmp_path / "artifacts"))
    monkeypatch.setattr(tracker.client, "log_batch", full)
    with pytest.raises(
        ConnectionError, match=r"^tracker\.mlflow\.uri=sqlite:.* cannot be read or written: .* disk is full$"
    ):
        tell(tracker, make_header())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # MLflow's own use of SQLAlchemy, pydantic and protobuf
def test_mlflow_takes_any_class_names(tmp_path: Path) -> None:
    names = ["cats & dogs", "../don't", "ü" * 300]
    tracker = MlflowTracker(f"sqlite:///{tmp_path}/mlflow.db", "insects", str(tmp_path / "artifacts"))
    tell(tracker, make_header(data=make_header().data.model_dump() | {"class_names": names}))
    (run,) = tracker.client.search_runs([tracker.client.get_experiment_by_name("insects").experiment_id])
    logged = sorted(name for name in run.data.metrics if name.startswith("class/"))
    assert logged[:2] == ["class/0 cats _ dogs", "class/1 .._don_t"]
    assert logged[2].startswith("class/2 üüü")
    last = list(recorded(EPOCHS).values())[-5:-2]
    assert [run.data.metrics[name] for name in logged] == pytest.approx(last)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # MLflow's own use of SQLAlchemy, pydantic and protobuf
def test_mlflow_takes_any_parameter_names(tmp_path: Path) -> None:
    """Two names that differ only in what MLflow forbids, and one that is longer than it allows."""
    skipped = {"with suffix .jpg~": 1, "with suffix .jpg#": 2, f"with suffix .{'x' * 250}": 3, "of a/b": 4}
    tracker = MlflowTracker(f"sqlite:///{tmp_path}/mlflow.db", "insects", str(tmp_path / "artifacts"))
    tell(tracker, make_header(data=make_header().data.model_dump() | {"skipped": skipped}))
    (run,) = tracker.client.search_runs([tracker.client.get_experiment_by_name("insects").experiment_id])
    named = {name: value for name, value in run.data.params.items() if ".skipped." in name}
    assert sorted(named.values()) == ["1", "2", "3", "4"]
    assert named["record.data.skipped.with suffix .jpg_"] == "1"
    assert run.data.params["loss.alpha"] == "0.1"
    assert run.data.metrics["test_accuracy_best"] == pytest.approx(recorded(EPOCHS)["test_accuracy"], abs=1e-5)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # MLflow's own use of SQLAlchemy, pydantic and protobuf
def test_mlflow_keeps_figures_of_a_data_set_of_any_name_once(tmp_path: Path) -> None:
    tracker = MlflowTracker(f"sqlite:///{tmp_path}/mlflow.db", "insects", str(tmp_path / "artifacts"))
    for _ in range(2):
        tracker.pictures("figures-bob's-full", {})
    (run,) = tracker.client.search_runs([tracker.client.get_experiment_by_name("insects").experiment_id])
    assert run.info.run_name == "figures-bob's-full"


def test_a_server_that_does_not_answer_is_no_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], closed_port: int
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    tracker = MlflowTracker(f"http://127.0.0.1:{closed_port}", "insects")
    watchers = Watchers({"mlflow": tracker, "csv": CsvTracker(str(tmp_path))})
    watchers.start(make_header(), PATH, 0)
    watchers.close(True)
    said = capsys.readouterr().err
    assert said.startswith("sl: mlflow failed and stops logging this run; training continues: ConnectionError('")
    assert (said.count("\n"), len(list(tmp_path.glob("*/run.csv")))) == (1, 1)
