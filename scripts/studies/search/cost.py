"""The test accuracy lost by choosing parameters by noisy labels; it is for the page alone, and no choice reads it.

A point of a grid is a choice of parameters. It was run with a holdout, for the score that it is chosen by, and without
one, for its test accuracy after training on all images: the mean of the last ten epochs.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from sl.record import Run
from sl.record.identity import canonical_text
from sl.record.run import Array
from sl.search.validation import problem

Points = Mapping[str, Mapping[int, Run]]  # runs by the text of their parameters and by seed


@dataclass(frozen=True, eq=False)
class ParameterGrid:
    """P points with S seeds each. Accuracies are shares in [0, 1], (P, S).

    `scores` (on held-out noisy labels) and `held_tests` (on the test set) belong to the runs with a holdout, `tests` to
    those without.
    """

    points: tuple[dict[str, Any], ...]
    seeds: tuple[int, ...]
    scores: Array
    held_tests: Array
    tests: Array
    runs: tuple[Run, ...]

    @property
    def oracle(self) -> int:
        """The point with the highest mean test accuracy: what clean test labels would have chosen."""
        return int(self.tests.mean(axis=1).argmax())

    @staticmethod
    def behind(tests: Array) -> Array:
        """The highest mean of `tests` (P, S) over seeds minus the mean of each point, (P,)."""
        means = tests.mean(axis=1)
        return means.max() - means

    def choices(self, count: int) -> list[int]:
        """The point with the highest mean score, for each subset of `count` seeds."""
        subsets = combinations(range(len(self.seeds)), count)
        return [int(self.scores[:, list(subset)].mean(axis=1).argmax()) for subset in subsets]

    def has(self, run: Run) -> bool:
        """Whether `run` has the grid's problem: at most seed, holdout and values of the loss's parameters differ."""
        return _problem(run) == _problem(self.runs[0])


def parameter_grids(runs: Iterable[Run]) -> list[ParameterGrid]:
    """The grids of at least two points with all seeds, each with and without holdout, among the finished `runs`."""
    problems: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        if run.complete:
            problems[_problem(run)].append(run)
    found = [_grid(_points(group, held=True), _points(group, held=False)) for group in problems.values()]
    return sorted((grid for grid in found if len(grid.points) > 1), key=lambda grid: grid.runs[0].name("dataset"))


def accuracies_of(grid: ParameterGrid, values: Mapping[str, Any], runs: Iterable[Run]) -> Array | None:
    """Test accuracies (S,) of `runs` with the grid's problem and these loss parameters; None if a seed is missing."""
    of_seed = _points((run for run in runs if run.complete and grid.has(run)), held=False).get(
        canonical_text(dict(values)), {}
    )
    return np.array([of_seed[seed].mean_last_ten() for seed in grid.seeds]) if {*grid.seeds} <= {*of_seed} else None


def _grid(held: Points, whole: Points) -> ParameterGrid:
    seeds = tuple(sorted({seed for of_seed in held.values() for seed in of_seed}))
    points = sorted(point for point in held.keys() & whole.keys() if set(held[point]) == set(whole[point]) == {*seeds})

    def table(of: Points, value: Callable[[Run], float]) -> Array:
        return np.array([[value(of[point][seed]) for seed in seeds] for point in points], dtype=np.float64)

    return ParameterGrid(
        points=tuple(json.loads(point) for point in points),
        seeds=seeds,
        scores=table(held, Run.validation),
        held_tests=table(held, Run.mean_last_ten),
        tests=table(whole, Run.mean_last_ten),
        runs=tuple(run for point in points for of in (held, whole) for run in of[point].values()),
    )


def _points(runs: Iterable[Run], *, held: bool) -> dict[str, dict[int, Run]]:
    points: dict[str, dict[int, Run]] = defaultdict(dict)
    for run in runs:
        if bool(run.holdout) == held:
            points[canonical_text(run.loss)][run.seed] = run
    return points


def _problem(run: Run) -> str:
    """The run's problem, which a holdout does not change."""
    return problem(run, without=["holdout"])
