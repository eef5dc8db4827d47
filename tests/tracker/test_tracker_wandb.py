"""W&B as it is, offline: what its files hold afterwards is compared with the run record."""

import json
import shlex
import subprocess
import sys
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
import wandb
from told_run import PATH, make_header, make_line, make_probe, tell
from wandb_file import WandbFile, read_wandb_file

from sl.config.build import build
from sl.config.files import read_yaml
from sl.errors import UserError
from sl.record.read import read
from sl.record.schema import Epoch, Header, Probe
from sl.record.write import RecordWriter
from sl.tracker import WandbTracker, wandb_run

CONFIGS = Path(__file__).parents[2] / "configs"
KILL = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {folder!r})
from told_run import PATH, make_header, make_line, make_probe, tell
from sl.tracker import WandbTracker

tracker = WandbTracker("project")
tracker.start(make_header(), PATH)
tracker.epoch(make_line(1))
children = [int(pid) for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()]
(service,) = [pid for pid in children if "wandb-core" in Path(f"/proc/{{pid}}/cmdline").read_text()]
os.kill(service, signal.SIGKILL)
for epoch in range(2, 13):
    tracker.epoch(make_line(epoch))
    tracker.probe(make_probe("late", epoch))
tracker.close(True)
print("trained on", flush=True)
tell([tracker], make_header(seed=1))
"""


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


def offline_runs(folder: Path) -> dict[str, WandbFile]:
    """The runs that W&B finished below `folder`, by id."""
    wandb.teardown()  # its process writes on after a run is finished
    runs = [read_wandb_file(path) for path in sorted(folder.rglob("offline-run-*/*.wandb"))]
    return {run.run.run_id: run for run in runs if run.exit_code is not None}


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


def test_a_run_outlives_a_dead_service_and_the_next_is_tracked(
    bare_environment: dict[str, str], tmp_path: Path
) -> None:
    script = KILL.format(folder=str(Path(__file__).parent))
    command = [sys.executable, "-c", script]
    said = subprocess.check_output(command, cwd=tmp_path, env=bare_environment, text=True, timeout=600)
    gone, then, kept = said.splitlines()
    assert gone.endswith("; W&B gets no more of this run; its record is not affected")
    assert then == "trained on"
    assert kept.startswith("W&B: offline run in ")
    assert list(offline_runs(tmp_path)) == ["0" * 15 + "1"]


@pytest.mark.usefixtures("no_login")
def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tracker = WandbTracker("project")
    tracker.start(make_header(), PATH)
    next(tmp_path.rglob("offline-run-*/files")).joinpath("media").touch()
    tracker.epoch(make_line(1))
    tracker.probe(make_probe("early", 1))
    tracker.epoch(make_line(2))
    tracker.close(True)
    (said,) = capsys.readouterr().out.splitlines()
    assert said.startswith("W&B: ")
    assert said.endswith("; W&B gets no more of this run; its record is not affected")


def test_a_server_that_does_not_answer_leaves_the_run_offline(
    tmp_path: Path, no_login: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    no_login.setenv("WANDB_API_KEY", "0" * 40)
    no_login.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")  # the discard port: nobody listens
    no_login.setattr(wandb_run, "INIT_TIMEOUT", 0.5)
    no_login.setattr(wandb_run, "failed_servers", set())
    init, asked = wandb.init, list[tuple[str, float]]()

    def noted(*, mode: str, settings: wandb.Settings, **options: Any) -> wandb.Run:
        asked.append((mode, settings.init_timeout))
        return init(mode=mode, settings=settings, **options)

    no_login.setattr(wandb, "init", noted)
    tell([WandbTracker("project")], make_header())
    first, last = capsys.readouterr().out.splitlines()
    assert first.endswith("this run is kept offline")
    assert last.startswith("W&B: offline run in wandb/offline-run-")
    tell([WandbTracker("project")], make_header(seed=1))
    patient = wandb.Settings().init_timeout  # of W&B's own process alone, which a busy machine may take long to start
    assert asked == [("online", 0.5), ("offline", patient), ("offline", patient)]  # the server is not asked again
    runs = offline_runs(tmp_path)
    assert [len(runs[f"{seed:016x}"].history) for seed in (0, 1)] == [12, 12]


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
    assert "gets no more of this run" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("variable", "wrong"),
    [
        (("WANDB_BASE_URL", "no address"), "base_url=no address: "),
        (("WANDB_MODE", "banana"), "mode=banana: Input should be 'online', 'offline', "),
    ],
)
def test_settings_that_wandb_cannot_read_are_one_notice(
    no_login: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: tuple[str, str], wrong: str
) -> None:
    no_login.setenv(*variable)
    tell([WandbTracker("project")], make_header())
    (said,) = capsys.readouterr().out.splitlines()
    assert said.startswith(f"W&B: {wrong}")
    assert said.endswith("W&B gets no more of this run; its record is not affected")


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"project": "a/b"}, "project=a/b: must be a name of 1 to 128 characters"),
        ({"project": ""}, "project=: must be a name"),
        ({"project": 3}, "project=3: must be a name"),
        ({"entity": 3}, "entity=3: must be a name or null"),
        ({"group": " "}, "group= : must be a name or null"),
        ({"mode": "ofline"}, "mode=ofline: must be one of auto, online, offline, disabled"),
        ({"tags": "one"}, "tags=one: must be a list of names"),
        ({"tags": [1]}, r"tags=\[1\]: must be a list of names"),
        ({"tags": 1}, "tags=1: must be a list of names"),
        ({"tags": ["x" * 65]}, "of 1 to 64 characters"),
        ({"dir": __file__}, "dir=.*: must be a folder"),
        ({"dir": None}, "dir=None: must be a folder"),
    ],
)
def test_wrong_parameters_are_named(parameters: dict, said: str) -> None:
    with pytest.raises(UserError, match=said):
        WandbTracker(**{"project": "project", **parameters})


@pytest.mark.parametrize("name", ["x" * 128, "with space", "ünïcode"])
def test_project_names_that_are_taken_are_taken_by_wandb_too(name: str) -> None:
    assert WandbTracker(name).place["project"] == wandb.Settings(project=name).project


@pytest.mark.parametrize("name", ["a/b", "a%b", "a?b", "a#b", "a:b", "a\\b", "x" * 129])
def test_project_names_that_are_refused_are_refused_by_wandb_too(name: str) -> None:
    with pytest.raises(UserError):
        WandbTracker(name)
    with pytest.raises(wandb.errors.UsageError):
        wandb.Settings(project=name)


def test_the_configuration_builds_and_wandb_is_not_imported() -> None:
    tracker = build(read_yaml(CONFIGS / "tracker/wandb.yaml")["wandb"], "tracker.wandb")
    place = {"project": "sl-noisy-labels", "entity": None, "group": None, "dir": "."}
    assert (tracker.place, tracker.mode, tracker.tags) == (place, "auto", [])
    script = "import sys; from sl.tracker import WandbTracker; WandbTracker('p'); sys.exit('wandb' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)
