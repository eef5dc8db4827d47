"""A run from its configuration to its record: repeatable, resumable, never trained twice, never misread."""

import errno
import json
import time
from collections.abc import Callable
from csv import DictReader
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from filelock import FileLock
from torch import Tensor

from sl.errors import UserError
from sl.record import read, schema
from sl.tracker import CsvTracker
from sl.train import run as training
from sl.train.alone import Busy
from sl.train.checkpoint import Checkpoint
from sl.train.engine import Engine
from sl.train.run import RunDiverged

NOISY = ("noise=symmetric", "noise.rate=0.4", "loss=sl")
Run = Callable[..., Path]
Capture = pytest.CaptureFixture[str]


def metrics(path: Path) -> list[str]:
    """The lines of a record that say what was measured, byte for byte."""
    return [line for line in path.read_text().splitlines() if line.startswith(('{"kind":"epoch"', '{"kind":"probe"'))]


def first_line(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text().splitlines()[0])


def test_same_seed_gives_the_same_bytes(run: Run) -> None:
    first, second = run(*NOISY, where="a"), run(*NOISY, where="b")
    assert first.name == second.name
    assert metrics(first) == metrics(second)
    assert len(metrics(first)) == 4 + 3


def test_another_seed_gives_another_run(run: Run) -> None:
    first, second = run(*NOISY), run(*NOISY, "seed=1")
    assert first.name != second.name
    assert metrics(first) != metrics(second)


def test_a_complete_run_is_not_trained_again(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    path = run(*NOISY)
    before = path.read_bytes(), path.stat().st_mtime_ns
    assert run(*NOISY, "noise.rate=0.40") == path
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert f"already trained: {path}" in capsys.readouterr().out


def test_where_and_how_a_run_is_computed_is_not_its_identity(run: Run) -> None:
    assert run(*NOISY).name == run(*NOISY, "runtime.threads=2", "data_dir=elsewhere", where="b").name


def stop_at(monkeypatch: pytest.MonkeyPatch, epoch: int, step: int = 0) -> None:
    """Make the run stop with KeyboardInterrupt when it has saved its state after that epoch and step."""
    monkeypatch.setattr(training, "CHECKPOINT_SECONDS", -1.0)
    save = Checkpoint.save

    def save_then_stop(self: Checkpoint, state: dict[str, Any]) -> bool:
        saved = save(self, state)
        if (state["record"].count('"kind":"epoch"'), state["step"]) == (epoch, step):
            raise KeyboardInterrupt
        return saved

    monkeypatch.setattr(Checkpoint, "save", save_then_stop)


def interrupted(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, epoch: int, step: int = 0, *more: str
) -> Path:
    """The record of the run in `broken`, stopped after that epoch and step; afterwards nothing stops it any more."""
    with monkeypatch.context() as patch:
        stop_at(patch, epoch, step)
        with pytest.raises(KeyboardInterrupt):
            run(*NOISY, *more, where="broken")
    (path,) = tmp_path.glob("broken/runs/*/*.jsonl")
    return path


@pytest.mark.parametrize(("epoch", "step"), [(2, 0), (0, 1), (2, 1), (3, 3)])
def test_an_interrupted_run_ends_like_an_uninterrupted_one(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, epoch: int, step: int
) -> None:
    """Between two epochs, after the first step, in the middle, and after an epoch's last step."""
    whole = run(*NOISY, where="whole")
    interrupted(run, monkeypatch, tmp_path, epoch, step)
    resumed = run(*NOISY, where="broken")
    assert metrics(resumed) == metrics(whole)
    recorded = read(resumed)
    assert (recorded.complete, recorded.checked) == (True, True)
    assert [(line.epoch, line.step) for line in recorded.resumes] == [(epoch, step)]
    assert recorded.end is not None
    assert len(recorded.end.epoch_seconds) == 4
    assert not list(tmp_path.glob("broken/checkpoints/*.pt"))


def test_epochs_before_an_interruption_keep_their_times_in_the_trackers(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The record holds how long each epoch took; the resumed run begins a pause later."""
    csv = ("tracker=csv", f"tracker.csv.dir={tmp_path}/csv")
    record = interrupted(run, monkeypatch, tmp_path, 2, 0, *csv)
    resumed_at = time.time()
    with monkeypatch.context() as patch:
        patch.setattr(CsvTracker, "clock", staticmethod(lambda: resumed_at + 1000))
        end = read(run(*NOISY, *csv, where="broken")).end
    assert end is not None
    (table,) = tmp_path.glob("csv/*/epochs.csv")
    with table.open(newline="") as file:
        seconds = [float(row["seconds"]) for row in DictReader(file)]
    began = datetime.fromisoformat(first_line(record)["provenance"]["started"]).timestamp()
    assert seconds[:2] == pytest.approx(np.cumsum(end.epoch_seconds[:2]), abs=0.002)
    assert seconds[2:] == pytest.approx([resumed_at + 1000 - began] * 2, abs=0.002)


@pytest.mark.parametrize("options", [("loss=elr",), ("recipe.clip_norm=1",), ("recipe.bn_zero_debias=true",)])
def test_a_run_stopped_inside_an_epoch_resumes_with_all_its_state(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, options: tuple[str, ...]
) -> None:
    whole = run(*NOISY, *options, where="whole")
    interrupted(run, monkeypatch, tmp_path, 1, 2, *options)
    assert metrics(run(*NOISY, *options, where="broken")) == metrics(whole)


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
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, damage: Callable[[bytes], bytes], capsys: Capture
) -> None:
    whole = run(*NOISY, where="whole")
    path = interrupted(run, monkeypatch, tmp_path, 3)
    path.write_bytes(damage(path.read_bytes()))
    assert metrics(run(*NOISY, where="broken")) == metrics(whole)
    assert read(path).complete
    assert f"sl: {path}: resumes after epoch 3" in capsys.readouterr().err


def test_a_damaged_record_is_kept_aside(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = interrupted(run, monkeypatch, tmp_path, 3)
    path.write_bytes(content := DAMAGE["first line cut"](path.read_bytes()))
    run(*NOISY, where="broken")
    assert path.with_name(f".{path.name}.damaged").read_bytes() == content


def test_a_run_without_its_checkpoint_starts_over(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Capture
) -> None:
    whole = run(*NOISY, where="whole")
    path = interrupted(run, monkeypatch, tmp_path, 3)
    for checkpoint in tmp_path.glob("broken/checkpoints/*.pt"):
        checkpoint.unlink()
    assert metrics(run(*NOISY, where="broken")) == metrics(whole)
    assert f"sl: {path}: there is no checkpoint of this run; it starts over" in capsys.readouterr().err


def test_a_record_that_was_removed_is_trained_from_its_start(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    interrupted(run, monkeypatch, tmp_path, 3).unlink()
    assert read(run(*NOISY, where="broken")).resumes == ()


def flip(path: Path, place: float) -> None:
    """Change one bit of the file, at that share of its length."""
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 16
    path.write_bytes(content)


@pytest.mark.parametrize("place", [0.0, 0.001, 0.3, 0.6, 0.9, 0.9999])
def test_a_damaged_checkpoint_falls_back_to_the_one_before(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: float, capsys: Capture
) -> None:
    whole = run(*NOISY, where="whole")
    interrupted(run, monkeypatch, tmp_path, 2, 2)
    newest = next(tmp_path.glob("broken/checkpoints/????????????????.pt"))
    flip(newest, place)
    resumed = run(*NOISY, where="broken")
    assert metrics(resumed) == metrics(whole)
    assert [(line.epoch, line.step) for line in read(resumed).resumes] == [(2, 1)]
    assert f"sl: {newest}: damaged checkpoint, not used" in capsys.readouterr().err


@pytest.mark.parametrize("size", [0, 10, 1000])
def test_where_both_checkpoints_are_damaged_the_run_starts_over(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size: int
) -> None:
    whole = run(*NOISY, where="whole")
    interrupted(run, monkeypatch, tmp_path, 3)
    for path in tmp_path.glob("broken/checkpoints/*.pt"):
        path.write_bytes(path.read_bytes()[:size])
    assert metrics(run(*NOISY, where="broken")) == metrics(whole)


def test_a_checkpoint_of_another_version_is_not_used(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Capture
) -> None:
    whole = run(*NOISY, where="whole")
    interrupted(run, monkeypatch, tmp_path, 3)
    (path,) = tmp_path.glob("broken/checkpoints/????????????????.pt")
    checkpoint = Checkpoint(path)
    state = next(checkpoint.states())
    state["engine"]["model"].popitem()
    checkpoint.save(state)
    checkpoint.save(state)
    assert metrics(run(*NOISY, where="broken")) == metrics(whole)
    assert capsys.readouterr().err.count("not used, it does not fit this version") == 2


@pytest.mark.parametrize("part", ["step", "epoch_seconds", "spent", "engine"])
def test_half_a_checkpoint_is_not_used_at_all(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, part: str
) -> None:
    whole = run(*NOISY, where="whole")
    interrupted(run, monkeypatch, tmp_path, 3)
    (path,) = tmp_path.glob("broken/checkpoints/????????????????.pt")
    state = next(Checkpoint(path).states())
    del state[part]
    for _ in range(2):
        Checkpoint(path).save(state)
    assert metrics(run(*NOISY, where="broken")) == metrics(whole)


def test_a_checkpoint_that_cannot_be_written_does_not_end_the_training(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    whole = run(*NOISY, where="whole")

    def refuse(path: Path, *_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(training, "CHECKPOINT_SECONDS", -1.0)
    monkeypatch.setattr("sl.train.checkpoint.replace_file", refuse)
    path = run(*NOISY, where="full")
    assert metrics(path) == metrics(whole)
    (said,) = capsys.readouterr().err.splitlines()
    assert said.endswith(".pt cannot be written (No space left on device); training continues without it")


@pytest.mark.parametrize("last", ["end", "diverged"])
def test_a_finished_record_is_never_overwritten(run: Run, last: str) -> None:
    path = run(*NOISY)
    damaged = path.read_bytes().replace(b'"test_accuracy":0.', b'"test_accuracy":0.1', 1)
    if last == "diverged":
        lines = damaged.splitlines(keepends=True)
        line = (
            b'{"kind":"diverged","epoch":1,"step":1,"lr":1.0,"loss":"nan","finished":"","sha256":"'
            + b"0" * 64
            + b'"}\n'
        )
        damaged = lines[0] + line
    path.write_bytes(damaged)
    with pytest.raises(UserError, match="the record of a finished run, damaged since"):
        run(*NOISY)
    assert path.read_bytes() == damaged


@pytest.mark.parametrize("tail", [b"\n", b"\0" * 10])
def test_a_complete_run_with_blanks_at_its_end_is_not_trained_again(run: Run, tail: bytes) -> None:
    path = run(*NOISY)
    path.write_bytes(content := path.read_bytes() + tail)
    assert run(*NOISY).read_bytes() == content


def test_two_processes_do_not_train_the_same_run(run: Run, tmp_path: Path) -> None:
    """The lock belongs to the record: other checkpoints make no difference."""
    path = run(*NOISY, where="other")
    lock = tmp_path / "a" / "runs" / "digits" / f".{path.stem}.lock"
    lock.parent.mkdir(parents=True)
    with FileLock(lock), pytest.raises(Busy, match="another process is training this run"):
        run(*NOISY, f"checkpoints_dir={tmp_path / 'b'}")


def test_a_loss_that_is_not_finite_ends_the_run(run: Run, tmp_path: Path, capsys: Capture) -> None:
    with pytest.raises(RunDiverged, match=r"diverged in epoch 1, step \d+: lr 1e\+20, loss nan"):
        run(*NOISY, "recipe.lr=1e20")
    (path,) = tmp_path.rglob("*.jsonl")
    recorded = read(path)
    assert (recorded.diverged, recorded.complete, recorded.epochs) == (True, False, ())
    line = recorded.last_line
    assert isinstance(line, schema.Diverged)
    assert (line.epoch, line.loss) == (1, "nan")
    assert line.lr == pytest.approx(1e20, rel=1e-3)
    content = path.read_bytes()
    with pytest.raises(RunDiverged, match="remove it to train the run again"):
        run(*NOISY, "recipe.lr=1e20")
    assert path.read_bytes() == content


def test_weights_that_run_away_under_a_clipped_loss_end_the_run(run: Run) -> None:
    """The loss of such a run stays finite: it cannot exceed -ln(1e-7) = 16.1."""
    with pytest.raises(RunDiverged, match=r"epoch 1, step \d+: lr 1e\+06, loss [\d.]+; a weight is 10,000 or more"):
        run("loss=ce", "recipe.lr=1e6")


def test_the_first_step_with_a_loss_that_is_not_finite_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network's output is made infinite in the third step of the second epoch, of five steps each."""
    calls = []
    update = Engine.update

    def update_then_break(self: Engine, images: Tensor, index: Tensor) -> None:
        calls.append(len(index))
        if len(calls) == 8:
            images = images * float("inf")
        update(self, images, index)

    monkeypatch.setattr(Engine, "update", update_then_break)
    with pytest.raises(RunDiverged, match="epoch 2, step 3"):
        run(*NOISY, "recipe.batch_size=60")
    (path,) = tmp_path.rglob("*.jsonl")
    assert len(read(path).epochs) == 1


def test_weights_that_are_not_finite_end_the_run(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """After the last step, where no later loss can show it."""
    train_epoch = Engine.train_epoch

    def train_then_break(self: Engine, *arguments: Any) -> Any:
        trained = train_epoch(self, *arguments)
        with torch.no_grad():
            next(self.model.parameters()).view(-1)[0] = float("inf")
        return trained

    monkeypatch.setattr(Engine, "train_epoch", train_then_break)
    with pytest.raises(RunDiverged, match="epoch 1, step 3"):
        run(*NOISY)
    (path,) = tmp_path.rglob("*.jsonl")
    assert isinstance(read(path).last_line, schema.Diverged)


def test_the_record_says_what_was_run(run: Run) -> None:
    path = run(*NOISY, "seed=3")
    header = first_line(path)
    assert header["identity"] == path.stem
    assert header["config"]["names"]["model"] == "cnn4"
    assert header["config"]["names"]["scale"] == "custom"
    assert header["noise"]["realised_rate"] == pytest.approx(0.4, abs=0.02)
    np.testing.assert_allclose(np.sum(header["noise"]["transition"], axis=1), 1)
    assert header["stages"] == {"early": 1, "middle": 2, "late": 3}
    assert header["data"]["train_images"] < header["data"]["paper_train_images"]
    assert {"commit", "dirty", "packages", "python", "device", "precision", "started"} <= set(header["provenance"])
    assert "data_dir" not in str(header["config"])


def test_probe_sees_the_rightly_labelled_part_of_the_class(run: Run) -> None:
    recorded = read(run(*NOISY, "probe.label=7"))
    counts = {probe.count for probe in recorded.probes.values()}
    assert set(recorded.probes) == {"early", "middle", "late"}
    assert len(counts) == 1
    for probe in recorded.probes.values():
        assert probe.probe_class == 7
        assert sum(probe.predictions) == probe.count
        assert sum(probe.confidence) == pytest.approx(1, abs=1e-4)
        confusion = np.array(probe.confusion)
        line = recorded.epochs[probe.epoch - 1]
        assert confusion.trace() / confusion.sum() == pytest.approx(line.test_accuracy, abs=1e-6)
        np.testing.assert_allclose(confusion.diagonal() / confusion.sum(1), line.class_accuracy, rtol=1e-5)


def test_representations_are_kept_on_request(run: Run) -> None:
    path = run(*NOISY, "probe.representations=20")
    with np.load(path.with_suffix(".npz")) as kept:
        assert kept["representation"].shape == (20, 128)
        assert kept["representation"].dtype == np.float16
        assert sorted(kept["labels"]) == sorted([*range(10)] * 2)  # spread over the classes
        assert sorted(kept["labels"][:10]) == list(range(10))


def test_representations_beyond_float16_stay_finite(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """65504 is the largest number of float16, 65520 the first that becomes infinite."""
    values = torch.arange(20 * 3).reshape(20, 3).float()
    for largest, kind in ((65519.0, np.float16), (65520.0, np.float32), (3e38, np.float32)):
        values[7, 1] = largest
        monkeypatch.setattr(Engine, "represent", lambda *_: values)
        path = run(*NOISY, "probe.representations=20", where=f"{largest:g}")
        with np.load(path.with_suffix(".npz")) as kept:
            assert kept["representation"].dtype == kind
            assert np.allclose(kept["representation"], values, rtol=1e-3)


@pytest.mark.parametrize("loss", ["ce", "forward", "nce_rce"])
def test_learning_happens(run: Run, loss: str) -> None:
    recorded = read(run("noise=symmetric", "noise.rate=0.2", f"loss={loss}", "recipe.epochs=12"))
    assert recorded.last() > 0.6  # chance is 0.1
