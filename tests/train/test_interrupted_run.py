"""A run that is stopped and run again: it ends like one that was not, whatever happened to its files meanwhile."""

import time
from collections.abc import Callable
from csv import DictReader
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from recorded import NOISY, metrics
from torch import Tensor

from sl.errors import UserError
from sl.record import read
from sl.record.write import RecordWriter
from sl.tracker import CsvTracker
from sl.train import run as training
from sl.train.checkpoint import Checkpoint
from sl.train.engine import Engine

Run = Callable[..., Path]
Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize(("epoch", "step"), [(2, 0), (0, 1), (2, 1), (3, 3)])
def test_an_interrupted_run_ends_like_an_uninterrupted_one(
    run: Run, interrupted: Run, whole: list[str], tmp_path: Path, epoch: int, step: int
) -> None:
    """Between two epochs, after the first step, in the middle, and after an epoch's last step."""
    interrupted(epoch, step)
    resumed = run(*NOISY, where="broken")
    assert metrics(resumed) == whole
    recorded = read(resumed)
    assert (recorded.complete, recorded.checked) == (True, True)
    assert [(line.epoch, line.step) for line in recorded.resumes] == [(epoch, step)]
    assert recorded.end is not None
    assert len(recorded.end.epoch_seconds) == 4
    assert not list(tmp_path.glob("broken/checkpoints/*.pt"))


def test_an_epoch_takes_as_long_as_its_parts_together(run: Run, interrupted: Run, tmp_path: Path) -> None:
    interrupted(2, 2)
    checkpoint = Checkpoint(next(tmp_path.glob("broken/checkpoints/????????????????.pt")))
    state = next(checkpoint.states())
    assert state["spent"] > 0
    checkpoint.save(state | {"spent": 1000.0})
    end = read(run(*NOISY, where="broken")).end
    assert end is not None
    assert [seconds > 1000 for seconds in end.epoch_seconds] == [False, False, True, False]


def test_a_job_of_a_sweep_says_how_much_was_done_before(
    run: Run, interrupted: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[float] = []
    monkeypatch.setattr("sl.sweep.job.tell", lambda before=None, **_: told.append(before))
    for _ in range(2):
        run(*NOISY)
    interrupted(2)
    run(*NOISY, where="broken")
    assert [before for before in told if before is not None] == [0.0, 1.0, 0.0, 0.5]


def test_epochs_before_an_interruption_keep_their_times_in_the_trackers(
    run: Run, interrupted: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The record holds how long each epoch took; the resumed run begins a pause later."""
    csv = ("tracker=csv", f"tracker.csv.dir={tmp_path}/csv")
    record = interrupted(2, 0, *csv)
    resumed_at = time.time()
    with monkeypatch.context() as patch:
        patch.setattr(CsvTracker, "clock", staticmethod(lambda: resumed_at + 1000))
        end = read(run(*NOISY, *csv, where="broken")).end
    assert end is not None
    (table,) = tmp_path.glob("csv/*/epochs.csv")
    with table.open(newline="") as file:
        seconds = [float(row["seconds"]) for row in DictReader(file)]
    began = datetime.fromisoformat(read(record).started).timestamp()
    assert seconds[:2] == pytest.approx(np.cumsum(end.epoch_seconds[:2]), abs=0.002)
    assert seconds[2:] == pytest.approx([resumed_at + 1000 - began] * 2, abs=0.002)


def test_a_state_is_saved_every_30_seconds(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of the test stands still but in the first four steps of five."""
    seconds, saved, update = [0.0], list[int](), Engine.update
    after_step = iter((29.0, 2.0, 29.0, 2.0))

    def update_and_wait(self: Engine, images: Tensor, index: Tensor) -> None:
        update(self, images, index)
        seconds.append(next(after_step, 0.0))

    monkeypatch.setattr(Engine, "update", update_and_wait)
    monkeypatch.setattr(Checkpoint, "save", lambda _, state: saved.append(state["step"]) or True)
    clock = SimpleNamespace(monotonic=lambda: sum(seconds), perf_counter=time.perf_counter)
    monkeypatch.setattr(training, "time", clock)
    run(*NOISY, "recipe.epochs=1", "recipe.batch_size=60")
    assert saved == [2, 4]


@pytest.mark.parametrize("options", [("loss=elr",), ("recipe.clip_norm=1",), ("recipe.bn_zero_debias=true",)])
def test_a_run_stopped_inside_an_epoch_resumes_with_all_its_state(
    run: Run, interrupted: Run, options: tuple[str, ...]
) -> None:
    whole = metrics(run(*NOISY, *options, where="whole"))
    interrupted(1, 2, *options)
    assert metrics(run(*NOISY, *options, where="broken")) == whole


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "as it was": lambda content: content,
    "cut back": lambda content: b"".join(content.splitlines(keepends=True)[:2]),
    "emptied": lambda content: b"",
    "first line cut": lambda content: content[500:],
    "last line cut": lambda content: content[:-50],
    "NUL bytes": lambda content: content[:-200] + b"\0" * 4096,
    "ahead of the checkpoint": lambda content: (
        content + content.splitlines(keepends=True)[1].replace(b":1,", b":4,", 1)
    ),
    "other values": lambda content: content.replace(b'"test_accuracy":0.', b'"test_accuracy":0.9', 1),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_record_that_was_changed_since_ends_like_an_uninterrupted_one(
    run: Run, interrupted: Run, whole: list[str], damage: Callable[[bytes], bytes], capsys: Capture
) -> None:
    path = interrupted(3)
    path.write_bytes(damage(path.read_bytes()))
    assert metrics(run(*NOISY, where="broken")) == whole
    assert read(path).complete
    assert f"sl: {path}: resumes after epoch 3" in capsys.readouterr().err


def test_a_damaged_record_is_kept_aside(run: Run, interrupted: Run) -> None:
    path = interrupted(3)
    path.write_bytes(content := DAMAGE["first line cut"](path.read_bytes()))
    run(*NOISY, where="broken")
    assert path.with_name(f".{path.name}.damaged").read_bytes() == content


def test_a_run_without_its_checkpoint_starts_over(
    run: Run, interrupted: Run, whole: list[str], tmp_path: Path, capsys: Capture
) -> None:
    path = interrupted(3)
    for checkpoint in tmp_path.glob("broken/checkpoints/*.pt"):
        checkpoint.unlink()
    assert metrics(run(*NOISY, where="broken")) == whole
    assert f"sl: {path}: there is no checkpoint of this run; it starts over" in capsys.readouterr().err


def test_a_record_that_was_removed_is_trained_from_its_start(run: Run, interrupted: Run) -> None:
    interrupted(3).unlink()
    assert read(run(*NOISY, where="broken")).resumes == ()


def test_a_run_that_begins_anew_forgets_the_state_of_the_old_one(
    run: Run, interrupted: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where it is killed before it saves its own state."""
    interrupted(3).unlink()
    with monkeypatch.context() as patch:
        patch.setattr(training, "train_one_epoch", interrupt)
        with pytest.raises(KeyboardInterrupt):
            run(*NOISY, where="broken")
    assert read(run(*NOISY, where="broken")).resumes == ()


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_finished_run_that_is_asked_for_again_leaves_no_state(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It was killed between the end of its record and the removal of its state."""
    with monkeypatch.context() as patch:
        patch.setattr(training, "CHECKPOINT_SECONDS", -1.0)
        patch.setattr(RecordWriter, "end", lambda *given, end=RecordWriter.end: interrupt(end(*given)))
        with pytest.raises(KeyboardInterrupt):
            run(*NOISY)
    assert len(list(tmp_path.rglob("*.pt"))) == 2
    assert read(run(*NOISY)).complete
    assert not list(tmp_path.rglob("*.pt"))


def test_a_finished_run_leaves_the_state_of_the_same_run_in_another_folder(
    run: Run, interrupted: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shared = f"checkpoints_dir={tmp_path / 'shared'}"
    with monkeypatch.context() as patch:  # the second in which they began tells the two records apart
        patch.setattr("sl.record.provenance.now", lambda: "2026-01-01T00:00:00+00:00")
        run(*NOISY, shared)
    interrupted(2, 0, shared)
    run(*NOISY, shared)
    assert [(line.epoch, line.step) for line in read(run(*NOISY, shared, where="broken")).resumes] == [(2, 0)]


def test_a_run_that_resumes_looks_at_the_class_that_it_began_with(run: Run, interrupted: Run) -> None:
    path = interrupted(2)
    began = f"this run began with probe.label=null; give that to resume it, or remove {path} to begin anew"
    with pytest.raises(UserError) as error:
        run(*NOISY, "probe.label=7", where="broken")
    assert str(error.value) == f"probe.label=7: {began}"
    assert len(read(run(*NOISY, "probe.label=3", "probe.representations=5", where="broken")).resumes) == 1  # null is 3
