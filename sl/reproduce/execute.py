"""Trains the runs of a plan, several at once on a machine with several CPU cores."""

import os
from collections.abc import Sequence

from joblib import Parallel, delayed

from sl.checks import integer
from sl.config.compose import compose_run
from sl.errors import UserError
from sl.reproduce.plan import PlannedRun
from sl.train.device import find_device


def default_jobs(device: str) -> int:
    """One run after another on a GPU; on a CPU one single-threaded process per core.

    How much more two such processes bring than one of two threads stands in docs/speed.md.
    """
    return 1 if find_device(device).type == "cuda" else len(os.sched_getaffinity(0))


def choose_jobs(wanted: object, device: str) -> tuple[int, list[str]]:
    """How many runs at once, and the overrides that come with it."""
    jobs = default_jobs(device) if wanted is None else integer("jobs", wanted, 1)
    on_cpu = find_device(device).type == "cpu"
    threads = max(1, default_jobs(device) // jobs)
    return jobs, [f"runtime.threads={threads}"] if on_cpu else []


def execute(todo: Sequence[PlannedRun], jobs: int) -> list[str]:
    """Train `todo` in order, `jobs` at once; the errors of those that failed, one line each."""
    if jobs == 1:
        outcomes = [train_one(run.overrides) for run in todo]
    else:
        outcomes = Parallel(n_jobs=jobs, batch_size=1)(delayed(train_one)(run.overrides) for run in todo)
    return [outcome for outcome in outcomes if outcome is not None]


def train_one(overrides: Sequence[str]) -> str | None:
    """Train one run; None, or what went wrong: one run's failure does not stop the others."""
    from sl.train.run import train

    try:
        config, names = compose_run(overrides)
        train(config, names)
    except UserError as error:
        return f"{' '.join(overrides)}: {error}"
    return None
