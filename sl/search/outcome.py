"""What a search has found: every proposal with its runs, and the best."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sl.errors import UserError
from sl.search.space import rounded
from sl.search.study import Parameters
from sl.search.task import Task

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

SCORE = "accuracy on the held-out noisy labels, mean of the last ten epochs and of the seeds"


@dataclass(frozen=True)
class Tried:
    """A proposal, its score (a share in [0, 1]) and the identities of its runs."""

    parameters: Parameters
    score: float
    runs: tuple[str, ...]

    @property
    def overrides(self) -> list[str]:
        """The parameters as one would type them."""
        return [f"{option}={value:g}" for option, value in self.parameters.items()]

    def words(self) -> str:
        """The parameters with their score."""
        return f"{' '.join(self.overrides)} ({100 * self.score:.2f} % of the held-out noisy labels predicted)"


@dataclass(frozen=True)
class Outcome:
    """Everything that was tried, in this order; at least one proposal."""

    trials: tuple[Tried, ...]

    @classmethod
    def of(cls, trials: Iterable["FrozenTrial"]) -> "Outcome":
        """What Optuna's finished trials say."""
        return cls(
            tuple(Tried(rounded(trial.params), trial.values[0], tuple(trial.user_attrs["runs"])) for trial in trials)
        )

    @property
    def best(self) -> Tried:
        """The highest score; the first of equals."""
        return max(self.trials, key=lambda tried: tried.score)


def check_file(task: Task) -> None:
    """Raise UserError if the file that `task` writes is that of another search."""
    if task.file.exists() and json.loads(task.file.read_text(encoding="utf-8")).get("study") != task.study:
        raise UserError(f"search.name={task.file.stem}: {task.file} is of another search; allowed is another name")


def write(task: Task, outcome: Outcome) -> None:
    """Write the outcome as JSON, replacing what an earlier part of the same search wrote."""
    content = {
        "study": task.study,
        **task.settings(),
        "score": SCORE,
        "best": _plain(outcome.best),
        "trials": [_plain(tried) for tried in outcome.trials],
    }
    task.file.parent.mkdir(parents=True, exist_ok=True)
    part = task.file.with_suffix(".part")
    part.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    os.replace(part, task.file)


def _plain(tried: Tried) -> dict[str, Any]:
    return {"parameters": tried.parameters, "score": round(tried.score, 6), "runs": list(tried.runs)}
