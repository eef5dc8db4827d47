"""The outcome of a search, a JSON file: every trial with its parameters, its score and its runs."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from optuna import Study

from sl.errors import UserError
from sl.files import replace_json
from sl.search.space import to_three_digits
from sl.search.study import diverged, finished
from sl.search.task import Task
from sl.search.typed_options import typed_options

SCORE = "accuracy on the held-out noisy labels, mean of the last ten epochs and of the seeds"
Trial = dict[str, Any]  # parameters, score (a share in [0, 1]) and the identities of its runs


def tried(study: Study) -> list[Trial]:
    """The finished trials of `study`, in the order in which they were proposed."""
    return [
        {
            "parameters": to_three_digits(trial.params),
            "score": round(trial.values[0], 6),
            "runs": list(trial.user_attrs["runs"]),
        }
        for trial in finished(study)
    ]


def best(trials: Sequence[Trial]) -> Trial:
    """The trial with the highest score; the first one if several have it."""
    return max(trials, key=lambda trial: trial["score"])


def summary(trial: Trial) -> str:
    """The parameters of the trial as typed options, with its score in percent."""
    chosen = " ".join(typed_options(trial["parameters"]))
    return f"{chosen} ({100 * trial['score']:.2f} % of the held-out noisy labels predicted)"


def read_outcome(path: Path) -> dict[str, Any]:
    """The content of the file `path` that `write` made; UserError if it is damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(f"{path}: must be the outcome of a search: {error}") from None
    try:
        trials, chosen, seeds = content["trials"], content["best"], content["seeds"]
        fits = all(isinstance(trial["runs"], list) and trial["runs"] for trial in trials) and trials and seeds
        if not (fits and isinstance(chosen["parameters"], dict) and content["study"]):
            raise ValueError("its trials, best, seeds or study are empty")
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path}: must be the outcome of a search: {type(error).__name__} {error}") from None
    return content


def check_file(task: Task) -> None:
    """Raise UserError if the file that `task` would write belongs to another search."""
    if task.file.exists() and read_outcome(task.file)["study"] != task.study:
        raise UserError("search.name", task.file.stem, f"must be another name: {task.file} belongs to another search")


def write(task: Task, study: Study) -> str:
    """Write all trials of the study as JSON, over the file of an earlier part of the search; returns a progress line.

    While no trial has finished, write nothing.
    """
    trials, without = tried(study), [to_three_digits(trial.params) for trial in diverged(study)]
    counts = f"{len(trials) + len(without)} tried" + (f", {len(without)} of them diverged" if without else "")
    if not trials:
        return counts
    content = {"study": task.study, **task.searched(), "score": SCORE, "best": best(trials), "trials": trials}
    replace_json(task.file, content | ({"diverged": without} if without else {}))
    return f"{counts}; the best: {summary(best(trials))}"
