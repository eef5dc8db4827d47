"""The command `sl search`: searches, writes every trial and prints the best."""

import os
import shlex
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from sl.checks import integer
from sl.config.config_dir import command_words
from sl.errors import UserError, reason, under
from sl.files import check_writable, expanded
from sl.locks import alone, locked
from sl.numbers import plural
from sl.options.search import SearchConfig
from sl.search.outcome import Trial, best, check_file, summary, tried, write
from sl.search.study import open_study, search, stored
from sl.search.task import Task, make_task
from sl.search.trial import evaluate
from sl.search.typed_options import typed_options
from sl.train.jobs import choose_jobs

# Typed options with these beginnings are left out of the printed training command.
LEFT_OUT = ("search.", "search_ranges", "holdout", "runs_dir", "results_dir", "seed")


def run_search(config: SearchConfig) -> None:
    """Search as `config` says, write every trial and print the best, with the command that trains with its parameters.

    Raises UserError for options that cannot be used, and if no trial has a score because each had a diverged run.
    """
    trials = integer("search.trials", config.search.trials, 1)
    with under("search"):
        jobs = choose_jobs(config.search.jobs, config.runtime.device)
    task = make_task(config)
    check_file(task)
    check_writable("results_dir", Path(config.results_dir), task.file.parent)
    storage = expanded("search.storage", config.search.storage)
    with _alone_at(storage, task.study), stored(storage):
        found = _search(task, storage, trials, jobs)
    if not found:
        raise UserError("search.ranges", rule="must have other bounds: every run of this search diverged")
    typed = [override for override in config.overrides if not override.lstrip("+~").startswith(LEFT_OUT)]
    print(f"{plural(len(found), 'finished trial')} in {task.file}; the best: {summary(best(found))}")
    command = shlex.join([*command_words("train"), *typed, *typed_options(best(found)["parameters"])])
    print(f"to train with it on all images: {command}", flush=True)


@contextmanager
def _alone_at(storage: Path, study: str) -> Iterator[None]:
    """Inside the block no other process runs this study; UserError if one does or `storage` cannot be written."""
    busy = UserError("search.storage", storage, "must not be in use: another process runs this search")
    if os.path.isdir(storage):  # False for a name that the system refuses, which Path.is_dir would raise
        raise UserError("search.storage", storage, "must be a file, and is a folder")
    with ExitStack() as stack:
        try:
            stack.enter_context(alone(storage.with_name(f".{storage.name}.{study}.lock"), busy))
        except OSError as error:
            rule = f"must be a file that can be written ({reason(error)})"
            raise UserError("search.storage", storage, rule) from error
        yield


def _search(task: Task, storage: Path, trials: int, jobs: int) -> list[Trial]:
    with locked(storage):  # so that two searches at once do not both make the file
        study = open_study(storage, task.study, task.first, task.space)

    def report() -> None:
        print(f"{trials} wanted, {write(task, study)}", flush=True)

    train = partial(evaluate, task.config, task.seeds, jobs)
    search(study, task.space, trials, task.config.seed, -(-jobs // len(task.seeds)), train, report)
    write(task, study)  # again, because `report` is not called if nothing was left to try
    return tried(study)
