"""The measured part of docs/choosing-parameters.md, and the page of all points, from records alone."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sl.comparison.titles import origin, parameters, setting
from sl.config.stated import stated_parameters
from sl.numbers import mean_std, plural
from sl.record import Run
from sl.record.run import Array
from sl.record.shown import dataset_title, loss_title
from sl.search.outcome import read_outcome
from sl.tables.formats import table
from studies.search.cost import ParameterGrid, accuracies_of, parameter_grids

CHOICES = ("chosen by", "test accuracy", "behind the best", "at worst", "runs with holdout: behind", "at worst")


def block(runs: Sequence[Run], searches: Sequence[dict[str, Any]]) -> str:
    """The sections of all grids in Markdown; `searches` as from `searches_in`."""
    parts = [section(grid, runs, searches) for grid in parameter_grids(runs)]
    return "\n\n".join(parts) or "Nothing recorded yet."


def points_page(runs: Sequence[Run]) -> str:
    """A page in Markdown with the accuracies of all points of every grid."""
    parts = [
        "# The points of the parameter grids",
        "Accuracies in %, means of the last ten epochs, ± std over seeds; best on noisy labels first.",
    ]
    for grid in parameter_grids(runs):
        held = _held(grid)
        header = [
            "point",
            f"{held.data.validation_images:,} held-out noisy labels",
            "test, with holdout",
            "test, all images",
        ]
        parts += [f"## {_title(held)}", table(header, _points(grid))]
    return "\n\n".join(parts) + "\n"


def searches_in(folder: Path) -> list[dict[str, Any]]:
    """The outcomes of `sl search` in `folder`, sorted by name."""
    return [read_outcome(path) for path in sorted(folder.glob("*.json"))]


def section(grid: ParameterGrid, runs: Sequence[Run], searches: Sequence[dict[str, Any]]) -> str:
    """Title, table and origin of one grid."""
    held, whole = _held(grid), next(run for run in grid.runs if not run.holdout)
    seconds = [run.end.seconds for run in grid.runs if run.end]
    lines = [
        f"### {_title(held)}",
        f"{len(grid.points)} points, {len(grid.seeds)} seeds (each its own noise, holdout and weights); "
        f"accuracies in %, means of the last ten epochs, ± std over seeds. With holdout: {setting(held)}. "
        f"Without: {setting(whole)}.",
        table(CHOICES, _choices(grid, runs, searches)),
        f"{origin(grid.runs)}. {sum(seconds) / len(seconds):.1f} seconds a run.",
    ]
    return "\n\n".join(lines)


def _held(grid: ParameterGrid) -> Run:
    return next(run for run in grid.runs if run.holdout)


def _title(run: Run) -> str:
    return f"{dataset_title(run.name('dataset'))}, {run.noise.title}, {loss_title(run.name('loss'))}"


def _choices(grid: ParameterGrid, runs: Sequence[Run], searches: Sequence[dict[str, Any]]) -> list[list[str]]:
    rows = [_of_points(f"clean test labels: {parameters(grid.points[grid.oracle])}", grid, [grid.oracle])]
    for count in sorted({1, 2, 3, len(grid.seeds)} & set(range(1, len(grid.seeds) + 1)), reverse=True):
        chosen = grid.choices(count)
        what = f"{len(chosen)} choices" if len(chosen) > 1 else parameters(grid.points[chosen[0]])
        rows.append(_of_points(f"noisy labels, {plural(count, 'seed')} a point: {what}", grid, chosen))
    rows += _searched(grid, runs, searches)
    head = grid.runs[0]
    stated = stated_parameters(head.name("dataset"), head.name("recipe"), head.name("loss"))
    own = {key: value for key, value in stated.items() if key in grid.points[0]}  # records may be older than an option
    if (tests := accuracies_of(grid, own, runs)) is not None:
        rows.append(_of_tests(f"nothing, the recipe's own values: {parameters(own)}", grid, tests))
    return [*rows, _of_points("chance, any of the points", grid, range(len(grid.points)))]


def _searched(grid: ParameterGrid, runs: Sequence[Run], searches: Sequence[dict[str, Any]]) -> Iterable[list[str]]:
    """A row for each search with the grid's problem whose best point was trained without holdout on all seeds."""
    known = {run.identity: run for run in runs}
    for search in searches:
        first = known.get(search["trials"][0]["runs"][0])
        best = {option.removeprefix("loss."): value for option, value in search["best"]["parameters"].items()}
        values = grid.points[0] | best
        tests = accuracies_of(grid, values, runs)
        if first and grid.has(first) and tests is not None:
            seeds = f"{plural(len(search['seeds']), 'seed')} from {search['seeds'][0]}"
            text = f"noisy labels, Optuna, {len(search['trials'])} trials of {seeds}: {parameters(values)}"
            yield _of_tests(text, grid, tests)


def _points(grid: ParameterGrid) -> list[list[str]]:
    order = np.argsort(-grid.scores.mean(axis=1), kind="stable")
    columns = (grid.scores, grid.held_tests, grid.tests)
    return [[parameters(grid.points[point]), *(mean_std(100 * values[point]) for values in columns)] for point in order]


def _of_points(text: str, grid: ParameterGrid, chosen: Sequence[int]) -> list[str]:
    """The row of a choice among the grid's points; `chosen` has the point for each subset of seeds."""
    accuracy = f"{100 * np.mean(grid.tests[list(chosen)]):.1f}"
    behind = [cell for tests in (grid.tests, grid.held_tests) for cell in _mean_worst(grid.behind(tests)[list(chosen)])]
    return [text, mean_std(100 * grid.tests[chosen[0]]) if len(set(chosen)) == 1 else accuracy, *behind]


def _of_tests(text: str, grid: ParameterGrid, tests: Array) -> list[str]:
    """The row of a choice that need not be a point of the grid, with its accuracies `tests` (S,)."""
    behind = f"{100 * (grid.tests[grid.oracle].mean() - tests.mean()):.1f}"
    return [text, mean_std(100 * tests), behind, behind, "–", "–"]


def _mean_worst(values: Array) -> list[str]:
    return [f"{100 * values.mean():.1f}", f"{100 * values.max():.1f}"]
