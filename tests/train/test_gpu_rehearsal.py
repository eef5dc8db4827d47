"""scripts/gpu_rehearsal.sh at tiny scale: the first hour on a GPU must not be lost to a mistake in the script."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def rehearse(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = ["bash", "scripts/gpu_rehearsal.sh"]
    return subprocess.run(command, check=False, cwd=ROOT, env=env, capture_output=True, text=True)


@pytest.mark.slow
def test_every_step_runs_here(tmp_path: Path) -> None:
    env = {**os.environ, "TINY": "1", "OUT": str(tmp_path), "PY": sys.executable}
    done = rehearse(env)
    lines = done.stdout.splitlines()
    assert [line for line in lines if not line.startswith("status 0,")] == []
    steps = [line.split(", ")[2].split(":")[0] for line in lines]
    assert sorted(steps[1:3]) == ["compile", "tests"]  # at the same time
    assert [steps[0], *steps[3:]] == ["card", "profile", "speed", "runs"]
    assert done.returncode == 0
    with tarfile.open(tmp_path / "records.tar.gz") as archive:
        packed = {Path(name).name for name in archive.getnames() if name.endswith(".jsonl")}
    assert packed == {path.name for path in (tmp_path / "runs").rglob("*.jsonl")} != set()
    assert len(list((tmp_path / "bench").glob("*.json"))) == 2


def test_a_failed_step_shows_in_the_exit_status(tmp_path: Path) -> None:
    env = {**os.environ, "TINY": "1", "OUT": str(tmp_path), "PY": "false"}
    done = rehearse(env)
    assert done.returncode == 1
    assert all(line.startswith("status 1,") for line in done.stdout.splitlines())
