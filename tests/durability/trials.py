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
from dataclasses import asdict, dataclass
from pathlib import Path

SHORT = (
    "dataset=digits", "noise=symmetric", "noise.rate=0.4", "loss=elr", "scale.train_share=0.2", "recipe.epochs=3",
    "recipe.batch_size=22", "runtime.threads=1", "runtime.precision=float32", "runtime.device=cpu",
)  # fmt: skip


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
        duration = -time.monotonic()
        assert wait(started(root / "whole")) == 0
        duration += time.monotonic()
        expected = measured(root / "whole")
        while outcome.kills < kills:
            place = root / str(outcome.runs)
            while not killed(place, draw.uniform(0.05, 1.0) * duration, outcome):
                if outcome.kills >= kills:
                    assert wait(started(place)) == 0
                    break
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
        from sl.config.compose import compose_run
        from sl.train import training
        from sl.train.run import train

        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        training.CHECKPOINT_SECONDS = -1.0
        folders = (f"{name}_dir={place / name}" for name in ("runs", "checkpoints"))
        train(*compose_run([*SHORT, *folders]))
        os._exit(0)
    except BaseException:
        os._exit(1)


def wait(child: int) -> int:
    """Its exit code, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed(place: Path, seconds: float, outcome: Outcome) -> bool:
    """Kill the training after so many seconds, and count it; whether the run was complete before."""
    child = started(place)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    code = wait(child)
    if code == 0:
        return True
    assert code == -signal.SIGKILL, f"the training ended with {code}"
    outcome.kills += 1
    outcome.in_a_checkpoint += bool(list(place.glob("checkpoints/.*.part")))
    outcome.inside_an_epoch += bool(list(place.glob("checkpoints/*.pt")))
    for part in place.glob("checkpoints/.*.part"):
        part.unlink()
    return False


def measured(place: Path) -> list[bytes]:
    """The lines of the record that say what was measured; it must be complete and checked."""
    from sl.record import read

    (path,) = place.glob("runs/digits/*.jsonl")
    run = read(path)
    assert run.complete
    assert run.checked
    return [
        line for line in path.read_bytes().splitlines() if line.startswith((b'{"kind":"epoch"', b'{"kind":"probe"'))
    ]


if __name__ == "__main__":
    import sl.config.compose
    import sl.train.run  # noqa: F401 - imported once, for all processes that are forked

    print(json.dumps(asdict(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))))
