"""A run from its configuration to its record: repeatable, resumable, never trained twice."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock

import sl.train.run
from sl.errors import UserError
from sl.record import read
from sl.train.checkpoint import Checkpoint

NOISY = ("noise=symmetric", "noise.rate=0.4", "loss=sl")
Run = Callable[..., Path]


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


def test_an_interrupted_run_ends_like_an_uninterrupted_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run(*NOISY, where="whole")
    monkeypatch.setattr(sl.train.run, "CHECKPOINT_SECONDS", 0.0)
    save = Checkpoint.save

    def save_then_stop(self: Checkpoint, state: dict[str, Any]) -> None:
        save(self, state)
        if state["epoch"] == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(Checkpoint, "save", save_then_stop)
    with pytest.raises(KeyboardInterrupt):
        run(*NOISY, where="broken")
    monkeypatch.setattr(Checkpoint, "save", save)
    resumed = run(*NOISY, where="broken")
    assert metrics(resumed) == metrics(whole)
    recorded = read(resumed)
    assert recorded.complete
    assert [line["epoch"] for line in recorded.resumes] == [2]
    assert len(recorded.end["epoch_seconds"]) == 4
    assert not list(resumed.parents[2].glob("checkpoints/*.pt"))


def test_epochs_after_the_last_checkpoint_are_trained_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run(*NOISY, where="whole")
    monkeypatch.setattr(sl.train.run, "CHECKPOINT_SECONDS", 0.0)
    save = Checkpoint.save

    def save_early_stop_late(self: Checkpoint, state: dict[str, Any]) -> None:
        if state["epoch"] < 2:
            save(self, state)
        if state["epoch"] == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(Checkpoint, "save", save_early_stop_late)
    with pytest.raises(KeyboardInterrupt):
        run(*NOISY, where="broken")
    monkeypatch.setattr(Checkpoint, "save", save)
    assert metrics(run(*NOISY, where="broken")) == metrics(whole)


def test_an_unfinished_record_has_no_end(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sl.train.run, "save_representations", stop)
    with pytest.raises(KeyboardInterrupt):
        run(*NOISY)
    (path,) = tmp_path.rglob("*.jsonl")
    assert not read(path).complete


def test_two_processes_do_not_train_the_same_run(run: Run, tmp_path: Path) -> None:
    identity = run(*NOISY, where="other").stem
    lock = tmp_path / "a" / "checkpoints" / f"{identity}.lock"
    lock.parent.mkdir(parents=True)
    with FileLock(lock), pytest.raises(UserError, match="another process is training this run"):
        run(*NOISY)


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
    counts = {probe["count"] for probe in recorded.probes.values()}
    assert set(recorded.probes) == {"early", "middle", "late"}
    assert len(counts) == 1
    for probe in recorded.probes.values():
        assert probe["probe_class"] == 7
        assert sum(probe["predictions"]) == probe["count"]
        assert sum(probe["confidence"]) == pytest.approx(1, abs=1e-4)
        confusion = np.array(probe["confusion"])
        line = recorded.epochs[probe["epoch"] - 1]
        assert confusion.trace() / confusion.sum() == pytest.approx(line["test_accuracy"], abs=1e-6)
        np.testing.assert_allclose(confusion.diagonal() / confusion.sum(1), line["class_accuracy"], rtol=1e-5)


def test_representations_are_kept_on_request(run: Run) -> None:
    path = run(*NOISY, "probe.representations=20")
    with np.load(path.with_suffix(".npz")) as kept:
        assert kept["representation"].shape == (20, 128)
        assert kept["representation"].dtype == np.float16
        assert kept["labels"].shape == (20,)


def test_a_damaged_checkpoint_is_named(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sl.train.run, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(Checkpoint, "remove", lambda self: None)
    path = run(*NOISY)
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    (checkpoint,) = tmp_path.rglob("*.pt")
    checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    with pytest.raises(UserError, match="damaged checkpoint"):
        run(*NOISY)


@pytest.mark.parametrize("loss", ["ce", "forward", "nce_rce"])
def test_learning_happens(run: Run, loss: str) -> None:
    recorded = read(run("noise=symmetric", "noise.rate=0.2", f"loss={loss}", "recipe.epochs=12"))
    assert recorded.last() > 0.6  # chance is 0.1
