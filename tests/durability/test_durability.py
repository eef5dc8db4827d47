"""Kills, full disks and damaged files: nothing is lost and nothing misread. docs/reliability.md has the figures."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
import synthetic

from sl.errors import UserError
from sl.record import read

ROOT = Path(__file__).resolve().parents[2]
SMALL = ("dataset=digits", "loss=ce", "scale.train_share=0.03", "recipe.epochs=2", "recipe.batch_size=22")


def killed_runs(kills: int, seed: int) -> dict[str, int]:
    """What tests/durability/trials.py finds."""
    command = [sys.executable, str(Path(__file__).with_name("trials.py")), str(kills), str(seed)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
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


@pytest.mark.slow
def test_a_thousand_corruptions(tmp_path: Path) -> None:
    """None is accepted as a complete record, unless only blanks at its end changed."""
    content = synthetic.seal(synthetic.record(tmp_path, epochs=5)).read_bytes()
    path, draw, accepted = tmp_path / "damaged.jsonl", random.Random(0), 0
    for _ in range(1000):
        damaged = synthetic.corrupt(content, draw)
        path.write_bytes(damaged)
        try:
            complete = read(path).complete
        except UserError:
            continue
        accepted += complete and damaged.rstrip(b" \t\r\n\0") != content.rstrip()
    assert accepted == 0


def train(runs: Path, *more: str) -> subprocess.CompletedProcess[str]:
    folders = (f"runs_dir={runs}", f"checkpoints_dir={runs.parent / 'checkpoints'}")
    command = [sys.executable, "scripts/train.py", *SMALL, *folders, *more]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("kilobytes", [4, 8])
def test_a_full_disk_is_one_line_and_leaves_no_empty_record(tmp_path: Path, kilobytes: int) -> None:
    """On a file system of that size: too small for the first line, or for the last."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this user cannot mount a file system")
    try:
        (disk / "digits").mkdir()
        if kilobytes == 4:
            (disk / "full").write_bytes(b"x" * 4096)
        done = train(disk)
        files = list(disk.rglob("*.jsonl"))
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
        assert "No space left on device" in done.stderr
        assert all(path.stat().st_size and not read(path).complete for path in files)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
