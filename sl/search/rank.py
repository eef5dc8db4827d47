"""Ranks the points of a grid by accuracy on held-out noisy labels."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from sl.record.identity import canonical
from sl.search.scored import Scored


@dataclass(frozen=True)
class Candidate:
    """One choice of parameters with its runs, by seed."""

    runs: tuple[Scored, ...]

    @property
    def parameters(self) -> dict[str, Any]:
        """The loss's parameters."""
        return self.runs[0].parameters

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds of its runs, ascending."""
        return tuple(run.seed for run in self.runs)

    @property
    def score(self) -> float:
        """Mean accuracy on the held-out noisy labels."""
        return fmean(run.score for run in self.runs)


@dataclass(frozen=True)
class Ranking:
    """Choices that were tried on one problem: those with all its seeds, best first, and the others."""

    title: str
    candidates: tuple[Candidate, ...]
    incomplete: tuple[Candidate, ...]


def candidates(runs: Iterable[Scored]) -> list[Candidate]:
    """The runs of one problem, gathered by parameters."""
    groups: dict[str, dict[int, Scored]] = defaultdict(dict)
    for run in runs:
        groups[json.dumps(canonical(run.parameters))][run.seed] = run
    return [Candidate(tuple(group[seed] for seed in sorted(group))) for group in groups.values()]


def rank(runs: Iterable[Scored]) -> Ranking:
    """The choices of one problem; they compare only where they ran with the same seeds, so with all there are."""
    found = candidates(runs)
    seeds = tuple(sorted({seed for candidate in found for seed in candidate.seeds}))
    whole = [candidate for candidate in found if candidate.seeds == seeds]
    part = [candidate for candidate in found if candidate.seeds != seeds]
    whole.sort(key=lambda candidate: -candidate.score)
    return Ranking(found[0].runs[0].title, tuple(whole), tuple(part))


def rankings(runs: Iterable[Scored]) -> list[Ranking]:
    """A ranking of every problem among the runs."""
    problems: dict[str, list[Scored]] = defaultdict(list)
    for run in runs:
        problems[run.problem].append(run)
    return [rank(group) for group in problems.values()]


def listing(ranking: Ranking) -> list[str]:
    """The ranking in lines, as overrides of `scripts/train.py`."""
    lines = [ranking.title, "  noisy validation accuracy, seeds, parameters"]
    lines += [_line(candidate) for candidate in ranking.candidates]
    if ranking.incomplete:
        lines.append(f"  without all seeds, so not ranked: {len(ranking.incomplete)} more")
    return lines


def _line(candidate: Candidate) -> str:
    numbers = {key: value for key, value in candidate.parameters.items() if isinstance(value, int | float)}
    values = " ".join(f"loss.{key}={value:.6g}" for key, value in numbers.items() if not isinstance(value, bool))
    return f"  {100 * candidate.score:6.2f} %  {len(candidate.runs):2d}  {values}"
