"""The results of recorded runs: for a loss under a noise, mean and deviation over seeds, in percent."""

from collections.abc import Callable
from dataclasses import dataclass

from sl.comparison import RunGroup
from sl.numbers import fixed
from sl.record import Noise, Run

STATISTICS: dict[str, Callable[[Run], float]] = {
    "last epoch": Run.last,
    "best epoch": Run.best,
    "mean of the last ten epochs": Run.mean_last_ten,
}


REPORTED_EPOCHS = {"last epoch": "last", "best epoch": "best"}  # results/paper's names for a statistic's epoch


@dataclass(frozen=True)
class Result:
    """Mean and sample standard deviation (divisor n - 1; nan for one run) of test accuracy in percent."""

    mean: float
    std: float
    seeds: tuple[int, ...]

    @property
    def n(self) -> int:
        """The number of runs."""
        return len(self.seeds)

    def __str__(self) -> str:
        """Mean ± deviation, with the number of runs in brackets.

        >>> print(Result(84.5, 0.125, (0, 1)))
        84.50 ± 0.12 (2)
        """
        spread = f" ± {fixed(self.std, 2)}" if self.n > 1 else ""
        return f"{fixed(self.mean, 2)}{spread} ({self.n})"


def result(group: RunGroup, loss: str, noise: Noise, statistic: str) -> Result | None:
    """The result for `loss` under `noise`; None if no run of them is finished. `statistic` is a key of STATISTICS."""
    series = group.series(loss, noise)
    if series is None:
        return None
    value = STATISTICS[statistic]
    return Result(100 * float(series.mean(value)), 100 * float(series.std(value)), series.seeds)
