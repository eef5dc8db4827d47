"""A run whose checkpoints are damaged, of another version or run, or cannot be written."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest
from recorded import NOISY, metrics

from sl.record import read
from sl.train import run as training
from sl.train.checkpoint import Checkpoint

Run = Callable[..., Path]
Capture = pytest.CaptureFixture[str]


def flip(path: Path, place: float) -> None:
    """Change one bit of the file, at that share of its length."""
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 16
    path.write_bytes(content)


@pytest.mark.parametrize("place", [0.0, 0.001, 0.3, 0.6, 0.9, 0.9999])
def test_a_damaged_checkpoint_falls_back_to_the_one_before(
    run: Run, interrupted: Run, whole: list[str], tmp_path: Path, place: float, capsys: Capture
) -> None:
    interrupted(2, 2)
    newest = next(tmp_path.glob("broken/checkpoints/????????????????.pt"))
    flip(newest, place)
    resumed = run(*NOISY, where="broken")
    assert metrics(resumed) == whole
    assert [(line.epoch, line.step) for line in read(resumed).resumes] == [(2, 1)]
    assert f"sl: {newest}: damaged checkpoint, not used" in capsys.readouterr().err


@pytest.mark.parametrize("size", [0, 10, 1000])
def test_where_both_checkpoints_are_damaged_the_run_starts_over(
    run: Run, interrupted: Run, whole: list[str], tmp_path: Path, size: int
) -> None:
    interrupted(3)
    for path in tmp_path.glob("broken/checkpoints/*.pt"):
        path.write_bytes(path.read_bytes()[:size])
    assert metrics(run(*NOISY, where="broken")) == whole


def test_a_checkpoint_of_another_version_is_not_used(
    run: Run, interrupted: Run, whole: list[str], tmp_path: Path, capsys: Capture
) -> None:
    interrupted(3)
    (path,) = tmp_path.glob("broken/checkpoints/????????????????.pt")
    checkpoint = Checkpoint(path)
    state = next(checkpoint.states())
    state["engine"]["model"].popitem()
    checkpoint.save(state)
    checkpoint.save(state)
    assert metrics(run(*NOISY, where="broken")) == whole
    assert capsys.readouterr().err.count("not used, it does not fit this version") == 2


def test_a_checkpoint_of_another_run_is_not_used(
    run: Run, interrupted: Run, whole: list[str], tmp_path: Path, capsys: Capture
) -> None:
    interrupted(3)
    (path,) = tmp_path.glob("broken/checkpoints/????????????????.pt")
    state = next(Checkpoint(path).states())
    run_of_another = state["record"].replace(path.stem, "0" * 16)
    for _ in range(2):
        Checkpoint(path).save(state | {"record": run_of_another})
    assert metrics(run(*NOISY, where="broken")) == whole
    assert "it belongs to another run" in capsys.readouterr().err


@pytest.mark.parametrize("part", ["step", "epoch_seconds", "spent", "engine"])
def test_half_a_checkpoint_is_not_used_at_all(
    run: Run, interrupted: Run, whole: list[str], tmp_path: Path, part: str
) -> None:
    interrupted(3)
    (path,) = tmp_path.glob("broken/checkpoints/????????????????.pt")
    state = next(Checkpoint(path).states())
    del state[part]
    for _ in range(2):
        Checkpoint(path).save(state)
    assert metrics(run(*NOISY, where="broken")) == whole


def test_a_checkpoint_that_cannot_be_written_does_not_end_the_training(
    run: Run, whole: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def refuse(path: Path, *_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(training, "CHECKPOINT_SECONDS", -1.0)
    monkeypatch.setattr("sl.train.checkpoint.replace_file", refuse)
    path = run(*NOISY, where="full")
    assert metrics(path) == whole
    (said,) = capsys.readouterr().err.splitlines()
    assert said.endswith(".pt cannot be written (No space left on device); training continues without it")
