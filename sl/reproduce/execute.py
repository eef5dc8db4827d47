"""Trains the runs of a plan, several at once on a machine with several CPU cores."""

import shlex
import time
import traceback
from collections import deque
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sl.config.compose import compose_run, hydra_ready
from sl.config.config_dir import command_words, config_dir
from sl.config.guard import refused_file
from sl.errors import UserError
from sl.numbers import plural
from sl.reproduce.deadline import Deadline
from sl.reproduce.plan import PlannedRun
from sl.reproduce.progress import in_training, progress
from sl.workers import Workers, stopping

POLL_SECONDS = 5.0  # between two looks at runs that other processes train
BUSY = "another process is training it"
NO_TIME = "not started: it would not finish in time"


def execute(todo: Sequence[PlannedRun], jobs: int, deadline: Deadline | None = None) -> list[str]:
    """Train `todo` in order, `jobs` at once; returns a line for each run that then is neither complete nor diverged.

    With a `deadline`, no run starts that would not finish by then.

    A run that another process is training is left to that process: this one waits until the run is complete, or takes
    it over. Neither a killed process nor a bug in one run stops the others.
    """
    if not todo:
        return []
    reasons: dict[int, str | None] = {}
    queue, announced = deque(range(len(todo))), False
    began_at: dict[int, float] = {}  # the share of each started run that was trained before

    def share(number: int) -> float:
        return progress(todo[number].record).share

    def in_time() -> bool:
        done = sum(map(share, began_at))
        return deadline is None or deadline.allows(done - sum(began_at.values()), len(began_at) - done)

    with stopping(), Workers(min(jobs, len(todo)), partial(train_one, own=config_dir())) as workers:
        while queue or workers.busy:
            while workers.idle and queue and in_time() and (number := _take_free(queue, todo)) is not None:
                began_at[number] = share(number)
                workers.start(number, todo[number].overrides)
            if workers.busy:
                for number, outcome in workers.finished(POLL_SECONDS):
                    reasons[number] = str(outcome.error) if outcome.error else outcome.value
                    if reasons[number] == BUSY:
                        queue.append(number)
            elif queue and not in_time():
                reasons |= dict.fromkeys(queue, NO_TIME)
                queue.clear()
            elif queue:
                if not announced:
                    print(f"waiting for {plural(len(queue), 'run')} that other processes train", flush=True)
                announced = True
                time.sleep(POLL_SECONDS)
    return [_failure(run, reasons.get(number)) for number, run in enumerate(todo) if not run.ended]


def train_one(overrides: Sequence[str], own: Path | None = None) -> str | None:
    """Train one run; returns None, or why it did not end: a mistake in one line, a bug (traceback printed), or BUSY.

    `own` is the folder of --config-dir, which a worker's process does not know.
    """
    from sl.train.run import train
    from sl.train.run_lock import Busy

    options: Mapping[str, Any] = {}
    try:
        with hydra_ready(own):
            config = compose_run(overrides)
        options = vars(config)
        train(config)
    except Busy:
        return BUSY
    except UserError as error:
        return str(error)
    except Exception as error:
        if isinstance(error, OSError) and error.filename:
            return str(refused_file(error, options))
        traceback.print_exc()
        return f"a bug: {type(error).__name__}: {error}"
    return None


def _take_free(queue: deque[int], todo: Sequence[PlannedRun]) -> int | None:
    """Take from the `queue` the first run that no process trains, None without one; ended runs are dropped."""
    for _ in range(len(queue)):
        number = queue.popleft()
        if todo[number].ended:
            continue
        if not in_training(todo[number].record):
            return number
        queue.append(number)
    return None


def _failure(run: PlannedRun, reason: str | None) -> str:
    command = shlex.join([*command_words("train"), *run.overrides])
    return f"{' '.join(run.wanted)}: {reason or 'not recorded'}; to run it again: {command}"
