"""The search itself: Optuna proposes parameters and gets their scores."""

import sqlite3
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean

import optuna
from optuna.exceptions import StorageInternalError
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.exc import SQLAlchemyError  # Optuna's own dependency

from sl.errors import UserError, reason
from sl.search.space import Parameters, Range, to_three_digits
from sl.search.trial import Answer

SAMPLER_SEEDS = 2**32  # the number of different seeds of Optuna's sampler
# Waiting trials, and stopped ones that will be asked again, do not count.
COUNTED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING)
Evaluate = Callable[[list[Parameters]], list[Answer]]


def open_study(storage: Path, name: str, first: Parameters, space: Sequence[Range]) -> optuna.Study:
    """The study called `name` in the SQLite file `storage`; if there is none, a new one.

    A new study tries the parameters `first` first, if they lie in `space`. Proposals that a stopped search left
    unanswered are queued again. Raises UserError for a database of another program.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        study = optuna.create_study(storage=_at(storage), study_name=name, direction="maximize", load_if_exists=True)
    except RuntimeError as error:  # a database of another program or of another version of Optuna
        raise _refused(storage, error) from error
    if not study.trials and all(known.low <= first[known.option] <= known.high for known in space):
        study.enqueue_trial(first)
    for trial in study.get_trials(states=[TrialState.RUNNING]):
        study.tell(trial.number, state=TrialState.FAIL)
        study.enqueue_trial(trial.params)
    return study


@contextmanager
def stored(storage: Path) -> Iterator[None]:
    """Inside the block, a damaged file `storage` or a full disk raises UserError instead of an error of SQLAlchemy."""
    try:
        yield
    except (SQLAlchemyError, StorageInternalError) as error:
        raise _refused(storage, error) from error


def _refused(storage: Path, error: Exception) -> UserError:
    told = error.__cause__ if isinstance(error, StorageInternalError) and error.__cause__ else error
    rule = f"must be a file that a search made, and can write to ({reason(getattr(told, 'orig', told))})"
    return UserError("search.storage", storage, rule)


def _at(file: Path) -> optuna.storages.RDBStorage:
    """Optuna's storage in `file`; not by its name in a URL, because SQLAlchemy and Optuna read ?, % and { as syntax."""
    place = file.absolute()  # else SQLite would not use a file called :memory:
    engine = {"creator": lambda: sqlite3.connect(place, check_same_thread=False)}
    return optuna.storages.RDBStorage("sqlite:///file", engine_kwargs=engine)


def finished(study: optuna.Study) -> list[FrozenTrial]:
    """The trials that have a score, in the order in which they were proposed."""
    return study.get_trials(deepcopy=False, states=[TrialState.COMPLETE])


def diverged(study: optuna.Study) -> list[FrozenTrial]:
    """The trials with a run that diverged: they have no score, and the sampler avoids their parameters."""
    return study.get_trials(deepcopy=False, states=[TrialState.PRUNED])


def propose(study: optuna.Study, space: Sequence[Range], seed: int) -> optuna.Trial:
    """Ask Optuna for the next trial.

    The sampler's seed depends only on `seed` and the number of earlier proposals, so that a stopped search continues as
    if it had not been stopped. TPE (Bergstra et al. 2011) counts trials that still run, and those that diverged, as bad
    ones, and so tries something else.
    """
    number = len(study.get_trials(deepcopy=False, states=COUNTED))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)  # about constant_liar, before Optuna 5
        study.sampler = optuna.samplers.TPESampler(seed=(1000 * seed + number) % SAMPLER_SEEDS, constant_liar=True)
    return study.ask({known.option: _values_in(known) for known in space})


def _values_in(known: Range) -> optuna.distributions.BaseDistribution:
    if known.whole:
        return optuna.distributions.IntDistribution(int(known.low), int(known.high), log=known.log)
    return optuna.distributions.FloatDistribution(known.low, known.high, log=known.log)


def search(
    study: optuna.Study,
    space: Sequence[Range],
    trials: int,
    seed: int,
    at_once: int,
    evaluate: Evaluate,
    after: Callable[[], None],
) -> None:
    """Propose and evaluate until `trials` proposals have an answer: the mean accuracy of their runs, or "diverged".

    `evaluate` gets up to `at_once` proposals at a time; `after` is called after each such batch. If `evaluate` returns
    an error for a proposal, the error is raised once the others have their answers; the next `open_study` queues that
    proposal again.
    """
    while (missing := trials - len(finished(study)) - len(diverged(study))) > 0:
        asked = [propose(study, space, seed) for _ in range(min(at_once, missing))]
        errors = []
        for trial, answer in zip(asked, evaluate([to_three_digits(trial.params) for trial in asked]), strict=True):
            if isinstance(answer, Exception):
                errors.append(answer)
            elif answer:
                trial.set_user_attr("runs", [run.identity for run in answer])
                study.tell(trial, fmean(run.accuracy for run in answer))
            else:
                study.tell(trial, state=TrialState.PRUNED)
        after()
        if errors:
            raise errors[0]
