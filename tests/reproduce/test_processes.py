"""Several commands on one grid, and commands that are killed: each run is trained once, and nobody trains on alone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from sl.record import load_all

ROOT = Path(__file__).resolve().parents[2]


def start(script: str, *arguments: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(ROOT / "scripts" / script), *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells a child that its parent has ended")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_sweep_that_is_killed_leaves_nobody_training(number: signal.Signals, tmp_path: Path) -> None:
    folders = [f"runs_dir={tmp_path / 'runs'}", f"checkpoints_dir={tmp_path / 'checkpoints'}"]
    more = ["dataset=digits", "recipe.epochs=100000", "runtime.device=cpu", "hydra/launcher=joblib"]
    with start("train.py", "-m", "loss=ce,sl", *more, "hydra.launcher.n_jobs=2", *folders) as sweep:
        deadline = time.monotonic() + 300
        while len(list((tmp_path / "runs").glob("*/*.jsonl"))) < 2 and time.monotonic() < deadline:
            time.sleep(0.5)
        children = psutil.Process(sweep.pid).children(recursive=True)
        assert len(children) >= 2
        sweep.send_signal(number)
        _, alive = psutil.wait_procs(children, timeout=300)
        for child in alive:
            child.kill()
        assert alive == []


@pytest.mark.slow
def test_sweeps_of_the_same_runs_all_succeed(tmp_path: Path) -> None:
    folders = [f"runs_dir={tmp_path / 'runs'}", f"checkpoints_dir={tmp_path / 'checkpoints'}"]
    arguments = ["-m", "dataset=digits", "loss=ce,sl", "recipe.epochs=30", "runtime.device=cpu", *folders]
    sweeps = [start("train.py", *arguments) for _ in range(2)]
    outputs = [sweep.communicate(timeout=600)[0] for sweep in sweeps]
    assert [sweep.returncode for sweep in sweeps] == [0, 0], outputs
    assert len(load_all(tmp_path / "runs")) == 2
