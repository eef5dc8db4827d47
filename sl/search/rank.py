"""Ranks the points of a grid by accuracy on held-out noisy labels, and says which are not shown to be worse."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np

from sl.config.flat import flat
from sl.numbers import with_interval
from sl.record.identity import canonical_text
from sl.search.typed_options import typed_options
from sl.search.validation import ValidatedRun
from sl.stats import Inference, adjusted, infer, significant

Candidate = tuple[ValidatedRun, ...]  # the runs of one choice of parameters, by seed


@dataclass(frozen=True)
class ParameterRanking:
    """The candidates that ran with all seeds of a problem, best first; `incomplete` counts the others.

    `behind`: how far each is behind the best, in points, paired by seed; `p_adjusted` is corrected for their number.
    The best was picked by the same accuracies and so looks better than it is: treat a candidate that is not
    significantly worse as equal.
    """

    title: str
    candidates: tuple[Candidate, ...]
    behind: tuple[Inference, ...]
    p_adjusted: tuple[float | None, ...]
    incomplete: int


def rankings(runs: Iterable[ValidatedRun]) -> list[ParameterRanking]:
    """One ranking for each problem among the runs."""
    problems: dict[str, list[ValidatedRun]] = defaultdict(list)
    for run in runs:
        problems[run.problem].append(run)
    return [rank(group) for group in problems.values()]


def rank(runs: Sequence[ValidatedRun]) -> ParameterRanking:
    """Rank the candidates of one problem; only those that ran with all seeds are compared."""
    groups: dict[str, dict[int, ValidatedRun]] = defaultdict(dict)
    for run in runs:
        groups[canonical_text(run.parameters)][run.seed] = run
    seeds = sorted({seed for group in groups.values() for seed in group})
    whole = [tuple(group[seed] for seed in seeds) for group in groups.values() if len(group) == len(seeds)]
    whole.sort(key=lambda candidate: -score(candidate))
    accuracies = 100 * np.array([[run.accuracy for run in candidate] for candidate in whole]).reshape(-1, len(seeds))
    behind = [infer(accuracies[0] - other) for other in accuracies]
    incomplete = len(groups) - len(whole)
    return ParameterRanking(runs[0].title, tuple(whole), tuple(behind), tuple(adjusted(behind)), incomplete)


def score(candidate: Candidate) -> float:
    """The candidate's mean accuracy on the held-out noisy labels, in [0, 1]."""
    return fmean(run.accuracy for run in candidate)


def listing(ranking: ParameterRanking) -> list[str]:
    """The ranking as lines of text: its title, a heading and a line for each candidate, with its overrides."""
    lines = ["  noisy validation accuracy, seeds, parameters, points behind the best [95 % interval]"]
    for candidate, behind, p in zip(ranking.candidates, ranking.behind, ranking.p_adjusted, strict=True):
        far = with_interval(behind.mean, behind.interval, 1) if candidate is not ranking.candidates[0] else "best"
        tie = ", not shown to be worse" if far != "best" and not significant(p) else ""
        values = overrides(candidate[0].parameters)
        lines.append(f"  {100 * score(candidate):6.2f} %  {len(candidate):2d}  {values}  ({far}{tie})")
    if ranking.incomplete:
        lines.append(f"  {ranking.incomplete} more not ranked: runs of some seeds are missing")
    return [ranking.title, *lines]


def overrides(parameters: dict[str, Any]) -> str:
    """The numbers and booleans among a loss's `parameters`, nested ones too, as overrides of `sl train`."""
    told = {f"loss.{option}": value for option, value in flat(parameters) if isinstance(value, int | float)}
    return " ".join(typed_options(told))
