"""What a choice of parameters may know of a run: its accuracy on held-out noisy labels. Nothing else is read."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sl.comparison.titles import setting
from sl.record import Run
from sl.record.identity import identity
from sl.record.shown import loss_title


@dataclass(frozen=True)
class ValidatedRun:
    """A finished run by its accuracy on held-out noisy labels, a share in [0, 1].

    `problem` is equal for runs that differ in nothing but the values of the loss's `parameters` and the seed.
    """

    identity: str
    problem: str
    title: str
    parameters: dict[str, Any]
    seed: int
    accuracy: float


def validated(run: Run) -> ValidatedRun:
    """`run`, which has a holdout, as a choice sees it; UserError for a run without one."""
    title = f"{loss_title(run.name('loss'))}, {run.noise.title} · {setting(run)}"
    return ValidatedRun(run.identity, problem(run), title, run.loss, run.seed, run.validation())


def problem(run: Run, *, without: Collection[str] = ()) -> str:
    """A hash of everything but the seed, the values of the loss's parameters and the options `without`."""
    rest = {key: value for key, value in run.config.plain().items() if key not in ("loss", "seed", *without)}
    return identity({**rest, "loss": run.config.loss["_target_"], "of_loss": sorted(run.loss)})


def with_holdout(runs: Iterable[Run]) -> list[Run]:
    """The finished runs among `runs` that held a share of their training set out."""
    return [run for run in runs if run.complete and run.holdout]
