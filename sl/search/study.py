"""The search itself: Optuna proposes parameters and gets their scores."""

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean
from types import ModuleType
from typing import TYPE_CHECKING

from sl.errors import UserError
from sl.extras import install
from sl.search.space import Range, rounded
from sl.search.validation import ValidatedRun

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.trial import FrozenTrial

Parameters = dict[str, float]
Answer = list[ValidatedRun] | Exception  # a proposal's runs, none where one diverged; or why it has no answer
Evaluate = Callable[[list[Parameters]], list[Answer]]


def import_optuna() -> ModuleType:
    """Optuna; UserError where it is not installed."""
    try:
        import optuna
    except ImportError:
        raise UserError(f"optuna is not installed: {install(['search'])}") from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def open_study(storage: Path, name: str, first: Parameters, space: Sequence[Range]) -> "Study":
    """The study called `name` in the SQLite file `storage`, a new one if there is none: it tries `first` first.

    Proposals that were left without an answer, because the search was stopped, are made again.
    """
    optuna = import_optuna()
    from sqlalchemy.exc import SQLAlchemyError  # Optuna's own dependency

    url = f"sqlite:///{storage.absolute()}"
    try:
        study = optuna.create_study(storage=url, study_name=name, direction="maximize", load_if_exists=True)
    except (SQLAlchemyError, RuntimeError) as error:  # no database, or that of another program or Optuna
        said = " ".join(str(getattr(error, "orig", error)).split())
        raise UserError("search.storage", storage, f"must be a file that a search made ({said})") from error
    if not study.trials and all(known.low <= first[known.option] <= known.high for known in space):
        study.enqueue_trial(first)
    for trial in study.get_trials(states=[optuna.trial.TrialState.RUNNING]):
        study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
        study.enqueue_trial(trial.params)
    return study


def finished(study: "Study") -> list["FrozenTrial"]:
    """Trials that have their answer, in the order they were proposed in."""
    optuna = import_optuna()
    return study.get_trials(deepcopy=False, states=[optuna.trial.TrialState.COMPLETE])


def diverged(study: "Study") -> list["FrozenTrial"]:
    """Trials of which a run diverged: they have no score, and proposals keep away from them."""
    optuna = import_optuna()
    return study.get_trials(deepcopy=False, states=[optuna.trial.TrialState.PRUNED])


def propose(study: "Study", space: Sequence[Range], seed: int) -> "Trial":
    """The next trial.

    Its sampler's seed depends on `seed` and the trial's number alone, so that a stopped search continues as if it had
    not been stopped. TPE (Bergstra et al. 2011) sees trials that still run or that diverged as bad ones, and so tries
    something else.
    """
    optuna = import_optuna()
    number = len(study.get_trials(deepcopy=False))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)  # of the liar, before Optuna 5
        study.sampler = optuna.samplers.TPESampler(seed=1000 * seed + number, constant_liar=True)
    float_in = optuna.distributions.FloatDistribution
    return study.ask({known.option: float_in(known.low, known.high, log=known.log) for known in space})


def search(
    study: "Study",
    space: Sequence[Range],
    trials: int,
    seed: int,
    at_once: int,
    evaluate: Evaluate,
    after: Callable[[], None],
) -> None:
    """Go on until the study has `trials` answers, each the mean score of a proposal's runs, or that one diverged.

    `evaluate` gets `at_once` proposals at a time; `after` is called when they are answered. Raises what stopped a
    proposal's runs, once the others have their answers; an unanswered proposal is made again by the next `open_study`.
    """
    pruned = import_optuna().trial.TrialState.PRUNED
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
                study.tell(trial, state=pruned)
        after()
        if errors:
            raise errors[0]
