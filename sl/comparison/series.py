"""Runs that differ in nothing but the seed: means and deviations over them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from sl.record.run import Array, Run


@dataclass(frozen=True, eq=False)
class Series:
    """At least one run, one for each seed, equal in everything else; n runs."""

    runs: tuple[Run, ...]

    @classmethod
    def of(cls, runs: Iterable[Run]) -> "Series":
        """The series of `runs`, sorted by seed; of several runs with one seed the first counts."""
        by_seed: dict[int, Run] = {}
        for run in runs:
            by_seed.setdefault(run.seed, run)
        return cls(tuple(by_seed[seed] for seed in sorted(by_seed)))

    @property
    def n(self) -> int:
        """How many runs."""
        return len(self.runs)

    @property
    def seeds(self) -> tuple[int, ...]:
        """Their seeds, ascending."""
        return tuple(run.seed for run in self.runs)

    def stack(self, value: Callable[..., Array | float], *arguments: object) -> Array:
        """The values of `value(run, *arguments)` for all runs, (n, ...) float64."""
        return np.stack([np.asarray(value(run, *arguments), dtype=np.float64) for run in self.runs])

    def mean(self, value: Callable[..., Array | float], *arguments: object) -> Array:
        """Mean of `value(run, *arguments)` over the runs."""
        return self.stack(value, *arguments).mean(axis=0)

    def std(self, value: Callable[..., Array | float], *arguments: object) -> Array:
        """Sample standard deviation over the runs (divisor n - 1); nan for a single run, which has none."""
        values = self.stack(value, *arguments)
        return values.std(axis=0, ddof=1) if self.n > 1 else np.full(values.shape[1:], np.nan)
