"""A multirun on a real SLURM cluster of one machine, which .ci/slurm.sh starts; skipped where no cluster answers.

A job that is pre-empted saves its state, is queued again and ends with the record that an undisturbed run has.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from sl.record import Run, load_all

T = TypeVar("T")
pytestmark = pytest.mark.slow
MOST_SECONDS = 900
RUN = ("dataset=digits", "noise=symmetric", "noise.rate=0.4", "loss=sl", "recipe.epochs=60", "runtime.threads=1")


def said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.fixture(autouse=True)
def cluster() -> None:
    answer = shutil.which("sinfo") and subprocess.run(["sinfo"], capture_output=True, text=True, check=False).stdout
    if not answer or "idle" not in answer:
        pytest.skip("no SLURM cluster answers here: .ci/slurm.sh .venv/bin/pytest -m slow tests/slurm")


def train(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    """A training command in `folder`, whose output goes to said.txt."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "sl", "train", *arguments, *RUN]
    with (folder / "said.txt").open("w") as output:
        return subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT, text=True
        )


def jobs() -> dict[str, str]:
    """State and number of restarts of every job, such as "RUNNING 1"."""
    lines = said("squeue", "--noheader", "--array", "--Format=JobArrayID:|,State:|,RestartCnt:|").splitlines()
    return {
        job: f"{state} {restarts}" for job, state, restarts, *_ in (line.replace(" ", "").split("|") for line in lines)
    }


def until(condition: Callable[[], T | None]) -> T:
    """What `condition` returns as soon as that is something."""
    end = time.monotonic() + MOST_SECONDS
    while not (found := condition()):
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.2)
    return found


def measured(run: Run) -> list[bytes]:
    """The bytes of every line of the record that says what was measured."""
    return [
        line for line in run.path.read_bytes().splitlines() if line.startswith((b'{"kind":"epoch"', b'{"kind":"probe"'))
    ]


def test_a_preempted_job_is_queued_again_and_ends_with_the_same_record(tmp_path: Path) -> None:
    alone, cluster = tmp_path / "alone", tmp_path / "cluster"
    for folder in (alone, cluster):
        folder.mkdir()
    options = ("hydra/launcher=slurm", "hydra.launcher.cpus_per_task=1", "hydra.launcher.mem_gb=2")
    command = train(cluster, "-m", *options, "loss.alpha=0.1,1")
    identity, job = until(lambda: begun(cluster))
    said("scancel", "--signal=USR2", job)  # what SLURM sends a job that has to go
    until(lambda: jobs().get(job, "").endswith(" 1"))  # queued again
    assert command.wait(timeout=MOST_SECONDS) == 0, (cluster / "said.txt").read_text()
    assert train(alone, "-m", "loss.alpha=0.1,1").wait(timeout=MOST_SECONDS) == 0
    here = {run.identity: run for run in load_all(alone / "results/runs")}
    there = {run.identity: run for run in load_all(cluster / "results/runs")}
    assert here.keys() == there.keys()
    assert len(here) == 2
    assert there[identity].resumes  # from the state that the signal saved, however short the run is
    assert "stopped by SIGUSR2" in output_of(cluster, job)
    for identity, run in here.items():
        assert there[identity].complete
        assert measured(there[identity]) == measured(run)
    shown = (cluster / "said.txt").read_text()
    for run in there.values():
        assert f"last {100 * run.last():.2f} %" in shown  # the submitting console has the results


def begun(folder: Path) -> tuple[str, str] | None:
    """Identity and job of a run that has recorded an epoch."""
    for path in (folder / "results/runs").rglob("*.jsonl"):
        for job, state in jobs().items():
            # A job's output names its run by the first digits of the identity.
            trains_it = state.startswith("RUNNING") and f" {path.stem[:4]} " in output_of(folder, job)
            if trains_it and b'{"kind":"epoch"' in path.read_bytes():
                return path.stem, job
    return None


def output_of(folder: Path, job: str) -> str:
    return "".join(path.read_text() for path in (folder / "outputs").rglob(f"{job}_*_log.*"))
