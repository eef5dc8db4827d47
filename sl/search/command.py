"""The whole of `scripts/search.py`: search, and say and write down what was found."""

import shlex
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout
from omegaconf import DictConfig

from sl.checks import integer
from sl.config.build import under
from sl.errors import UserError
from sl.reproduce.execute import choose_jobs
from sl.search.outcome import Outcome, check_file, write
from sl.search.study import finished, import_optuna, open_study, search
from sl.search.task import Task, make_task
from sl.search.trial import evaluate
from sl.train.device import asked_threads

OF_A_SEARCH = ("search.", "holdout", "runs_dir", "results_dir", "seed")  # what a final run does not take over


def run_search(config: DictConfig, names: dict[str, str], typed: Sequence[str]) -> None:
    """Search as `config` (configs/search.yaml) says, write down what was tried and print the best.

    `typed` is the command line, of which the command that trains with the best is made.
    """
    import_optuna()  # what is missing shows before anything else is done
    trials = integer("search.trials", config.search.trials, 1)
    with under("search"):
        jobs, overrides = choose_jobs(config.search.jobs, config.runtime.device)
    if asked_threads(config.runtime) is None:
        config.merge_with_dotlist(overrides)
    task = make_task(config, names)
    check_file(task)
    outcome = _locked(task, trials, jobs)
    kept = [override for override in typed if not override.lstrip("+~").startswith(OF_A_SEARCH)]
    print(f"all {len(outcome.trials)} are in {task.file}; the best: {outcome.best.words()}")
    command = shlex.join([*kept, *outcome.best.overrides])
    print(f"to train with it on everything: python scripts/train.py {command}", flush=True)


def _locked(task: Task, trials: int, jobs: int) -> Outcome:
    storage = Path(task.config.search.storage)
    try:
        storage.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(f"{storage}.{task.study}.lock").acquire(timeout=0)
    except Timeout:
        raise UserError(f"search.storage={storage}: another process is at this search") from None
    except OSError as error:
        raise UserError(f"search.storage={storage}: {error.strerror}; allowed is a file that can be written") from error
    with lock:
        return _search(task, storage, trials, jobs)


def _search(task: Task, storage: Path, trials: int, jobs: int) -> Outcome:
    with FileLock(f"{storage}.lock"):  # two searches at once must not both make the file
        study = open_study(storage, task.study, task.first, task.space)
    at_once = -(-jobs // len(task.seeds))

    def report() -> None:
        outcome = Outcome.of(finished(study))
        write(task, outcome)
        print(f"{len(outcome.trials)} of {trials} tried; the best: {outcome.best.words()}", flush=True)

    train = partial(evaluate, task.config, task.names, task.seeds, jobs)
    search(study, task.space, trials, task.config.seed, at_once, train, report)
    outcome = Outcome.of(finished(study))
    write(task, outcome)  # again, for a search that had nothing left to try
    return outcome
