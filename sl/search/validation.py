"""All that a choice of parameters may read from a run: its accuracy on held-out noisy labels, never a test accuracy."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sl.comparison.titles import setting
from sl.record import Run
from sl.record.identity import identity
from sl.record.shown import loss_title


@dataclass(frozen=True)
class ValidatedRun:
    """A finished run with its `accuracy` on held-out noisy labels, in [0, 1].

    `problem` is equal for runs that differ only in the values of the loss's `parameters` and in the seed.
    """

    identity: str
    problem: str
    title: str
    parameters: dict[str, Any]
    seed: int
    accuracy: float


def validated(run: Run) -> ValidatedRun:
    """The part of `run` that a choice of parameters may read; UserError for a run without a holdout."""
    title = f"{loss_title(run.name('loss'))}, {run.noise.title} · {setting(run)}"
    return ValidatedRun(run.identity, problem(run), title, run.loss, run.seed, run.validation())


def problem(run: Run, *, without: Collection[str] = ()) -> str:
    """A hash of the configuration without the seed, the values of the loss's parameters and the options `without`."""
    rest = {key: value for key, value in run.config.plain().items() if key not in ("loss", "seed", *without)}
    return identity({**rest, "loss": run.config.loss["_target_"], "of_loss": sorted(run.loss)})


def with_holdout(runs: Iterable[Run]) -> list[Run]:
    """The finished runs among `runs` that held out a share of their training set."""
    return [run for run in runs if run.complete and run.holdout]
