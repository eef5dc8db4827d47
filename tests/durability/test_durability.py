"""Kills, full disks and damaged files: nothing is lost and nothing misread. docs/reliability.md has the figures."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import synthetic
from fuzzing import corrupt
from small_disk import small_disk

from sl.errors import UserError
from sl.record import load_all, read

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}
SMALL = ("dataset=digits", "loss=ce", "scale.train_share=0.03", "recipe.epochs=2", "recipe.batch_size=22")


def killed_runs(kills: int, seed: int) -> dict[str, int]:
    """What tests/durability/trials.py finds."""
    command = [sys.executable, str(Path(__file__).with_name("trials.py")), str(kills), str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_killed_runs_end_like_uninterrupted_ones() -> None:
    outcome = killed_runs(3, 1)
    assert (outcome["kills"], outcome["different"]) == (3, 0)


@pytest.mark.slow
def test_fifty_kills() -> None:
    outcome = killed_runs(50, 0)
    assert (outcome["kills"], outcome["different"]) == (50, 0)
    assert outcome["inside_an_epoch"] > 10


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.slow)])
def test_no_corruption_is_accepted(count: int, tmp_path: Path) -> None:
    """As a complete record, unless only blanks at its end changed."""
    content = synthetic.seal(synthetic.record(tmp_path, epochs=5)).read_bytes()
    path, draw = tmp_path / "damaged.jsonl", random.Random(count)
    for _ in range(count):
        damaged = corrupt(content, draw)
        path.write_bytes(damaged)
        try:
            complete = read(path).complete
        except UserError:
            continue
        assert not complete or damaged.rstrip(b" \t\r\n\0") == content.rstrip()


GRID = """["recipe.epochs=2","scale.train_share=0.1","checkpoints_dir='{}'"]"""


@pytest.mark.slow
def test_four_commands_share_a_grid_of_twelve_runs_and_two_are_killed(tmp_path: Path) -> None:
    """The two that are left train what is missing, each run once, and both say that all of it exists."""
    folders = [f"runs_dir={tmp_path / 'runs'}", f"results_dir={tmp_path / 'out'}"]
    grid = ["experiment=demo", "scale=paper", "device=cpu", "jobs=1", "seeds=[0,1,2]", *folders]
    arguments = [sys.executable, "scripts/reproduce.py", *grid, f"overrides={GRID.format(tmp_path / 'checkpoints')}"]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    commands = [subprocess.Popen(arguments, cwd=ROOT, env=ENVIRONMENT, **pipes) for _ in range(4)]
    for number, command in enumerate(commands[:2], start=1):
        wait_for_records(tmp_path / "runs", 2 * number)
        command.kill()
    outputs = [command.communicate(timeout=900)[0] for command in commands]
    assert [command.returncode for command in commands] == [-signal.SIGKILL] * 2 + [0, 0], outputs
    runs = load_all(tmp_path / "runs", strict=True)
    assert len(runs) == 12
    assert all(run.complete and run.checked and len(run.epochs) == 2 for run in runs)
    trained = sum(output.count("  epoch 2/2  ") for output in outputs)
    # each once, but for those that were being trained, or whose line was not written, when their command was killed
    assert 12 - 2 <= trained <= 12 + 2


def wait_for_records(folder: Path, count: int) -> None:
    deadline = time.monotonic() + 300
    while len(list(folder.glob("*/*.jsonl"))) < count and time.monotonic() < deadline:
        time.sleep(0.05)


def train(runs: Path, *more: str) -> subprocess.CompletedProcess[str]:
    folders = (f"runs_dir={runs}", f"checkpoints_dir={runs.parent / 'checkpoints'}")
    command = [sys.executable, "scripts/train.py", *SMALL, *folders, *more]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=ENVIRONMENT, check=False)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of eight kilobytes, too small for the last line of a record."""
    with small_disk(tmp_path / "disk", "8k") as place:
        yield place


@pytest.mark.slow
@pytest.mark.parametrize("before", [0, 4096])
def test_a_full_disk_is_one_line_and_leaves_no_empty_record(disk: Path, before: int) -> None:
    """With `before` bytes on it, too small for the first line of the record too."""
    (disk / "full").write_bytes(b"x" * before)
    done = train(disk)
    files = list(disk.rglob("*.jsonl"))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
    assert "No space left on device" in done.stderr
    assert all(path.stat().st_size and not read(path).complete for path in files)


def test_a_full_disk_leaves_a_page_as_it_was(disk: Path, tmp_path: Path) -> None:
    marks = "".join(f"<!-- {name}:begin -->\n<!-- {name}:end -->\n" for name in ("picture", "results"))
    page, text = disk / "README.md", marks + "x" * 4000
    page.write_text(text)
    (disk / "full").write_bytes(b"x" * 4096)
    for seed in (0, 1):
        synthetic.record(tmp_path / "runs", seed=seed)
    command = [
        sys.executable,
        "scripts/tables.py",
        f"runs_dir={tmp_path / 'runs'}",
        f"out={tmp_path}",
        f"readme={page}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=ENVIRONMENT, check=False)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
    assert "No space left on device" in done.stderr
    assert page.read_text() == text
    assert {path.name for path in disk.iterdir()} == {"README.md", "full"}
