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
from sl.search.space import Parameters, Range, rounded
from sl.search.trial import Answer

SAMPLER_SEEDS = 2**32  # how many seeds Optuna's sampler knows
# Trials that wait, or that were stopped and will be asked again, do not count
COUNTED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING)
Evaluate = Callable[[list[Parameters]], list[Answer]]


def open_study(storage: Path, name: str, first: Parameters, space: Sequence[Range]) -> optuna.Study:
    """The study called `name` in the SQLite file `storage`, a new one if there is none: it tries `first` first.

    Proposals that were left without an answer, because the search was stopped, are made again.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        study = optuna.create_study(storage=_at(storage), study_name=name, direction="maximize", load_if_exists=True)
    except RuntimeError as error:  # a database of another program or Optuna
        raise _refused(storage, error) from error
    if not study.trials and all(known.low <= first[known.option] <= known.high for known in space):
        study.enqueue_trial(first)
    for trial in study.get_trials(states=[TrialState.RUNNING]):
        study.tell(trial.number, state=TrialState.FAIL)
        study.enqueue_trial(trial.params)
    return study


@contextmanager
def stored(storage: Path) -> Iterator[None]:
    """For a block that works with a study in the file `storage`: UserError where it is damaged or the disk is full."""
    try:
        yield
    except (SQLAlchemyError, StorageInternalError) as error:
        raise _refused(storage, error) from error


def _refused(storage: Path, error: Exception) -> UserError:
    told = error.__cause__ if isinstance(error, StorageInternalError) and error.__cause__ else error
    rule = f"must be a file that a search made, and can write to ({reason(getattr(told, 'orig', told))})"
    return UserError("search.storage", storage, rule)


def _at(file: Path) -> optuna.storages.RDBStorage:
    """Optuna's storage in `file`. The address does not name it: SQLAlchemy and Optuna take ?, % and { for syntax."""
    place = file.absolute()  # else SQLite takes :memory: for no file
    engine = {"creator": lambda: sqlite3.connect(place, check_same_thread=False)}
    return optuna.storages.RDBStorage("sqlite:///file", engine_kwargs=engine)


def finished(study: optuna.Study) -> list[FrozenTrial]:
    """Trials that have their answer, in the order they were proposed in."""
    return study.get_trials(deepcopy=False, states=[TrialState.COMPLETE])


def diverged(study: optuna.Study) -> list[FrozenTrial]:
    """Trials of which a run diverged: they have no score, and proposals keep away from them."""
    return study.get_trials(deepcopy=False, states=[TrialState.PRUNED])


def propose(study: optuna.Study, space: Sequence[Range], seed: int) -> optuna.Trial:
    """The next trial.

    Its sampler's seed depends on `seed` and the number of proposals before it alone, so that a stopped search continues
    as if it had not been stopped. TPE (Bergstra et al. 2011) sees trials that still run or that diverged as bad ones,
    and so tries something else.
    """
    number = len(study.get_trials(deepcopy=False, states=COUNTED))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)  # of the liar, before Optuna 5
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
    """Go on until `trials` proposals are answered: by the mean score of their runs, or because one diverged.

    `evaluate` gets `at_once` proposals at a time; `after` is called when they are answered. Raises what stopped a
    proposal's runs, once the others have their answers; an unanswered proposal is made again by the next `open_study`.
    """
    while (missing := trials - len(finished(study)) - len(diverged(study))) > 0:
        asked = [propose(study, space, seed) for _ in range(min(at_once, missing))]
        errors = []
        for trial, answer in zip(asked, evaluate([rounded(trial.params) for trial in asked]), strict=True):
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
