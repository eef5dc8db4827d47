"""Committed records are sent to W&B and CSV; W&B's offline files are read back and compared with the records."""

import json
import re
import shutil
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from in_process import as_before
from in_process import run as run_command
from wandb_file import read_wandb_file

from sl.config.compose import compose_config
from sl.errors import UserError
from sl.figures.catalogue import FIGURES
from sl.record import load_all
from sl.record.schema import Diverged, Epoch, Header, Probe
from sl.replay.command import track
from sl.replay.replay import replay, replay_figures, send
from sl.tracker import CsvTracker, MlflowTracker, WandbTracker

COMMITTED = Path(__file__).parents[2] / "results/runs/digits"


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Two committed runs, and one that was cut off."""
    folder = tmp_path / "runs"
    folder.mkdir()
    for path in sorted(COMMITTED.glob("*.jsonl"))[:2]:
        shutil.copy(path, folder)
    cut = sorted(COMMITTED.glob("*.jsonl"))[2]
    (folder / cut.name).write_bytes(b"".join(cut.read_bytes().splitlines(keepends=True)[:5]))
    return folder


def test_a_replay_into_wandb_equals_the_records_and_happens_once(
    records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import wandb

    for name in ("WANDB_API_KEY", "WANDB_MODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    runs = load_all(records)
    said = list(replay(runs, {"wandb": WandbTracker("project", mode="offline")}))
    again = list(replay(runs, {"wandb": WandbTracker("project", mode="offline")}))
    wandb.teardown()
    assert sum("sent to wandb" in line for line in said) == 2
    assert sum("left out, it is not finished" in line for line in said) == 1
    assert sum("not sent, wandb/offline-run-" in line for line in again) == 2
    files = {found.run.run_id: found for found in map(read_wandb_file, tmp_path.rglob("offline-run-*/*.wandb"))}
    finished = [run for run in runs if run.complete]
    assert files.keys() == {run.identity for run in finished}
    for run in finished:
        found = files[run.identity]
        assert found.run.git.commit == run.header.provenance.commit
        assert found.config["record"]["provenance"]["started"] == run.started
        assert found.config["loss"] == run.config.loss
        began = datetime.fromisoformat(run.started).timestamp()
        assert found.history[1]["_timestamp"] == pytest.approx(began + run.end.epoch_seconds[0])
        assert found.history[len(run.epochs)]["_timestamp"] == pytest.approx(began + sum(run.end.epoch_seconds))
        for line in run.epochs:
            values = found.history[line.epoch]
            assert values["test_accuracy"] == line.test_accuracy
            named = [name for name in sorted(values) if name.startswith("class/")]
            assert [values[name] for name in named] == line.class_accuracy
        assert found.summary["test_accuracy_last"] == pytest.approx(run.last())
        for stage, probe in run.probes.items():
            table = found.history[probe.epoch][f"confusion/{stage}_table/path"]
            (path,) = tmp_path.rglob(f"offline-run-*-{run.identity}/files/{table}")
            counts = {(true, guess): count for true, guess, count in json.loads(path.read_text())["data"]}
            names = run.class_names
            assert [[counts[true, guess] for guess in names] for true in names] == probe.confusion


def test_a_run_that_diverged_is_called_so_and_no_run_at_all_too(records: Path) -> None:
    run = next(run for run in load_all(records) if run.complete)
    last = Diverged(epoch=2, step=3, lr=0.1, loss="nan", finished="")
    (said,) = replay([replace(run, epochs=run.epochs[:1], last_line=last)], {})
    assert said.endswith(": left out, it diverged")
    assert list(replay([], {})) == ["no run recorded yet: sl train records runs"]


def test_figures_are_kept_as_images(records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import wandb

    monkeypatch.chdir(tmp_path)
    runs = [run for run in load_all(records) if run.complete]
    trackers = {"csv": CsvTracker("csv"), "wandb": WandbTracker("project", mode="offline")}
    (line,) = replay_figures(runs, trackers)
    name, _, drawn = line.partition(": ")
    pictures = drawn.split(", ")
    assert "confusion" in pictures
    kept = {path.stem: path for path in (tmp_path / "csv" / name).glob("*.png")}
    assert kept.keys() == set(pictures)
    trackers["wandb"].pictures(name, kept)  # told twice, there once
    wandb.teardown()
    (file,) = tmp_path.rglob(f"offline-run-*-{name}/*.wandb")
    history = read_wandb_file(file).history
    logged = {key.split("/")[1] for values in history.values() for key in values if key.startswith("figures/")}
    assert logged == set(pictures)


def test_a_figure_that_damaged_files_keep_from_being_drawn_is_named(
    records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in set(FIGURES) - {"representation", "confusion"}:
        monkeypatch.delitem(FIGURES, name)
    runs = [run for run in load_all(records) if run.complete]
    runs[0].path.with_suffix(".npz").write_bytes(b"PK damaged")
    notice, kept = replay_figures(runs, {"csv": CsvTracker("csv")})
    assert notice.startswith(f"{runs[0].data.name}/")
    assert "/representation: not drawn: " in notice
    assert kept.endswith(": confusion")


def test_the_command_sends_figures_unless_it_is_told_not_to(
    records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sl.replay.command.replay_figures", lambda *_: ["figures"])
    options = [f"runs={records}", f"tracker.csv.dir={tmp_path / 'csv'}", "tracker=csv"]
    for figures in (True, False):
        track(compose_config([*options, f"figures={figures}"], "track"))
        assert ("figures" in capsys.readouterr().out.splitlines()) is figures
    with pytest.raises(UserError, match=r"^tracker: is required; must be one of csv, "):
        track(compose_config(options[:1], "track"))


class Watch(CsvTracker):
    """Keeps the moments at which it was told."""

    def start(self, header: Header, path: Path, resumed: int = 0) -> None:
        self.told = [self.clock()]

    def epoch(self, line: Epoch) -> None:
        self.told.append(self.clock())

    def probe(self, line: Probe) -> None:
        pass

    def close(self, finished: bool) -> None:
        self.finished = finished


def test_an_epoch_ends_when_the_record_says_and_later_is_now(records: Path, tmp_path: Path) -> None:
    run = next(run for run in load_all(records) if run.complete)
    tracker = Watch(str(tmp_path))
    send(run, tracker)
    assert np.diff(tracker.told) == pytest.approx(run.end.epoch_seconds, abs=1e-3)
    assert tracker.told[0] == datetime.fromisoformat(run.started).timestamp()
    assert tracker.finished
    assert abs(tracker.clock() - time.time()) < 60  # of figures that are sent next


class Full(Watch):
    """A tracker that fails in the second epoch, and when it is closed."""

    def epoch(self, line: Epoch) -> None:
        if line.epoch == 2:
            raise OSError("No space left on device")

    def close(self, finished: bool) -> None:
        self.finished = finished
        raise OSError("closing failed too")


def test_a_tracker_that_fails_is_closed_and_has_its_clock_back(records: Path, tmp_path: Path) -> None:
    run = next(run for run in load_all(records) if run.complete)
    tracker = Full(str(tmp_path))
    with pytest.raises(OSError, match=r"^No space left on device"):
        send(run, tracker)
    assert tracker.finished is False
    assert tracker.clock is time.time


def test_a_full_disk_is_one_line_without_the_name_of_a_file_too(records: Path, tmp_path: Path) -> None:
    """Some writers do not say which file it was."""
    run = next(run for run in load_all(records) if run.complete)
    with pytest.raises(UserError, match=r"^tracker\.tensorboard: cannot be written to: No space left on device$"):
        list(replay([run], {"tensorboard": Full(str(tmp_path))}))


def test_a_full_disk_is_known_by_the_name_of_the_file_where_there_is_one(records: Path, tmp_path: Path) -> None:
    class FullFile(Watch):
        def epoch(self, line: Epoch) -> None:
            raise OSError(28, "No space left on device", "epochs.csv")

    run = next(run for run in load_all(records) if run.complete)
    with pytest.raises(OSError, match="No space left") as caught:
        list(replay([run], {"csv": FullFile(str(tmp_path))}))
    assert caught.value.filename == "epochs.csv"  # sl track names it, and the option of its folder


def test_what_wandb_gave_up_is_not_said_to_be_sent(
    records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import wandb

    def full(self: wandb.Run, *arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(wandb.Run, "log", full)
    runs, said, tracker = load_all(records), list[str](), WandbTracker("project", mode="offline")
    trouble = r"^tracker\.wandb: did not receive everything: \[Errno 28\] No space left on device$"
    with pytest.raises(UserError, match=trouble):
        said.extend(replay(runs, {"wandb": tracker}))
    assert not any("sent to" in line for line in said)
    monkeypatch.setattr(wandb, "Image", str)
    tracker.trouble = ""
    tracker.pictures("figures", {"one": tmp_path})
    wandb.teardown()
    assert tracker.trouble


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # MLflow's own use of SQLAlchemy
@pytest.mark.parametrize(
    ("uri", "said"), [("sqlite:///text.db", "file is not a database"), ("htp://x", ".* unsupported URI 'htp://x'.*")]
)
def test_a_wrong_address_of_mlflow_is_one_line(
    uri: str, said: str, records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.db").write_text("no database, but a long text\n" * 50)
    with as_before():
        code, error = run_command("track", "tracker=mlflow", f"tracker.mlflow.uri={uri}", f"runs={records}")
    line = rf"sl: error: tracker\.mlflow\.uri={uri}: must be an address that MLflow can use \({said}\)\n"
    assert (code, bool(re.fullmatch(line, error))) == (2, True), error


def test_a_server_of_mlflow_that_does_not_answer_is_one_line(
    records: Path, monkeypatch: pytest.MonkeyPatch, closed_port: int
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    run = next(run for run in load_all(records) if run.complete)
    uri = f"http://127.0.0.1:{closed_port}"
    with pytest.raises(UserError, match=rf"^tracker\.mlflow\.uri={uri} does not answer: "):
        list(replay([run], {"mlflow": MlflowTracker(uri, "insects")}))
