"""How long a run takes to its first step, in a new process and as a later run of a sweep; and help to be shown."""

import statistics
import subprocess
import sys
import time

from sl.bench.case import CASES, case_job
from sl.bench.contender import train_engine
from sl.config.groups import CONFIG_DIR
from sl.train.assemble import make_engine

SCRIPT = CONFIG_DIR.parent / "scripts" / "train.py"
HELP_CALLS = 3


def help_seconds() -> float:
    """Seconds that `python scripts/train.py --help` takes, the median of some calls."""

    def call() -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, str(SCRIPT), "--help"], stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - began

    return statistics.median(call() for _ in range(HELP_CALLS))


class Starter:
    """A process that has just begun, at `began` (seconds of time.time())."""

    def __init__(self, case: str, began: float) -> None:
        self.case = case
        self.first_step(seed=0)
        self.seconds = time.time() - began

    def first(self) -> float:
        """Seconds from the start of the process to the end of the first step."""
        return self.seconds

    def later(self) -> float:
        """Seconds of another seed's run, from its configuration to the end of its first step."""
        began = time.perf_counter()
        self.first_step(seed=1)
        return time.perf_counter() - began

    def first_step(self, seed: int) -> None:
        """What `train` does up to there."""
        job, _ = case_job(CASES[self.case], [f"seed={seed}"])
        train_engine(make_engine(job), job, steps=1)
