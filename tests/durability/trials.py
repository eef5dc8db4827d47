"""Trainings that are killed at random moments, and what is left of them: python tests/durability/trials.py 50

Every trial trains a run on digits in a process of its own, which is killed (SIGKILL) after a random time and started
again until the run is complete. A state is saved after every step, so that many kills hit the writing of a checkpoint.
The record must then hold the same bytes, epoch by epoch, as that of a run that nobody stopped.
"""

import json
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sl.config.compose import compose_run
from sl.record import read
from sl.train import run as training
from sl.train.checkpoint import Checkpoint
from sl.train.engine import make_engine
from sl.train.prepared import prepare
from sl.train.run import train

SHORT = (
    "dataset=digits", "noise=symmetric", "noise.rate=0.4", "loss=elr", "scale.train_share=0.15", "recipe.epochs=3",
    "recipe.batch_size=22", "runtime.threads=1", "runtime.precision=float32", "runtime.device=cpu",
)  # fmt: skip
RUN = compose_run(SHORT)
EARLIER, LATER = 0.8, 1.15  # how kills follow a machine that gets faster or slower, after a run's end and after a kill


@dataclass
class Outcome:
    """Kills in all; how many came inside an epoch and while a checkpoint was written; runs with another record."""

    kills: int = 0
    inside_an_epoch: int = 0
    in_a_checkpoint: int = 0
    runs: int = 0
    different: int = 0
    seconds: float = 0.0


def main(kills: int, seed: int = 0) -> Outcome:
    """Kill trainings until there were so many kills; what came of it."""
    began, outcome, draw = time.monotonic(), Outcome(), random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        make_engine(prepare(RUN))  # imports, data and compiled layers, which all processes share
        child = started(root / "whole")
        wait_for_a_state(root / "whole", child)
        span = -time.monotonic()
        assert wait(child) == 0
        span += time.monotonic()
        expected = measured(root / "whole")
        while outcome.kills < kills:
            place = root / str(outcome.runs)
            while not killed(place, draw.uniform(0, span), outcome):
                span *= LATER
                if outcome.kills >= kills:
                    assert wait(started(place)) == 0
                    break
            else:
                span *= EARLIER
            outcome.runs += 1
            outcome.different += measured(place) != expected
    outcome.seconds = round(time.monotonic() - began, 1)
    return outcome


def started(place: Path) -> int:
    """The process that trains the run below `place`."""
    child = os.fork()
    if child:
        return child
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        training.CHECKPOINT_SECONDS = -1.0
        train(replace(RUN, runs_dir=str(place / "runs"), checkpoints_dir=str(place / "checkpoints")))
        os._exit(0)
    except BaseException:
        os._exit(1)


def wait_for_a_state(place: Path, child: int) -> None:
    """Until the training has written a checkpoint that was not there before, or has ended."""
    newest = next(iter(existing(place)), None)
    before = modified(newest) if newest else 0
    while os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if any(modified(path) > before for path in existing(place)):
            return
        time.sleep(0.002)


def modified(path: Path) -> int:
    """When the file was changed, in nanoseconds; 0 where it is just being renamed."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def existing(place: Path) -> list[Path]:
    """The newest checkpoint, while it is there: between two names it is not."""
    return [path for path in place.glob("checkpoints/????????????????.pt") if path.exists()]


def wait(child: int) -> int:
    """Its exit code, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed(place: Path, seconds: float, outcome: Outcome) -> bool:
    """Kill the training so many seconds after its first checkpoint, and count it; whether it was complete before."""
    child = started(place)
    if outcome.kills % 5:  # every fifth kill comes before it, while a run begins or resumes
        wait_for_a_state(place, child)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    code = wait(child)
    if code == 0:
        return True
    assert code == -signal.SIGKILL, f"the training ended with {code}"
    outcome.kills += 1
    parts = list(place.glob("checkpoints/.*.part"))
    outcome.in_a_checkpoint += bool(parts)
    states = [Checkpoint(path).states() for path in existing(place)]
    outcome.inside_an_epoch += any(next(state, {"step": 0})["step"] > 0 for state in states)
    for part in parts:
        part.unlink()
    return False


def measured(place: Path) -> list[bytes]:
    """The lines of the record that say what was measured; it must be complete and checked."""
    (path,) = place.glob("runs/digits/*.jsonl")
    run = read(path)
    assert run.complete
    assert run.checked
    return [
        line for line in path.read_bytes().splitlines() if line.startswith((b'{"kind":"epoch"', b'{"kind":"probe"'))
    ]


if __name__ == "__main__":
    print(json.dumps(asdict(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))))
