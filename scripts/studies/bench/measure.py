"""Images a second of contenders that take turns, so that other work on the machine slows all of them."""

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from studies.bench.child import Child

WARM_UP_STEPS = 3
FIRST_TRY = 0.2  # the share of a lap's seconds in the first estimate of its steps


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median and range of `values`, with four digits.

    >>> spread([3.0, 1.0, 2.0])
    {'median': 2.0, 'low': 1.0, 'high': 3.0}
    """
    found = {"median": statistics.median(values), "low": min(values), "high": max(values)}
    return {name: float(f"{value:.4g}") for name, value in found.items()}


class Team:
    """Processes that train the same case at the same time; usually one alone."""

    def __init__(self, members: Sequence[Child], batch_size: int) -> None:
        self.members, self.batch_size = members, batch_size
        self.steps = 1

    def wait(self) -> None:
        """Return when all processes have started."""
        for member in self.members:
            member.wait()

    def lap(self) -> float:
        """Train `steps` steps in each process; returns the images a second of all together."""
        started = [member.start("train", self.steps) for member in self.members]
        return len(self.members) * self.steps * self.batch_size / max(call.result() for call in started)

    def fit_steps(self, seconds: float) -> None:
        """Warm up, then set `steps` to a number that takes about `seconds`.

        The number is estimated twice: in a few steps the fixed costs of an epoch take almost no time, or almost all.
        """
        self.steps = WARM_UP_STEPS
        self.lap()
        for share in (FIRST_TRY, 1):
            wanted = share * seconds * self.lap() / (len(self.members) * self.batch_size)
            self.steps = max(1, math.ceil(wanted))


@contextmanager
def team(batch_size: int, count: int, make: Any, *arguments: Any) -> Iterator[Team]:
    """`count` processes of a kind, which end with the block; call `fit_steps` before the first lap."""
    with ExitStack() as stack:
        yield Team([stack.enter_context(Child(make, *arguments)) for _ in range(count)], batch_size)


def rounds_of(teams: Mapping[str, Team], rounds: int) -> Iterator[dict[str, list[float]]]:
    """Yields the laps of every team so far, in images a second, after each round of one lap for each team."""
    laps: dict[str, list[float]] = {name: [] for name in teams}
    for _ in range(rounds):
        for name, each in teams.items():
            laps[name].append(each.lap())
        yield laps


def times(laps: Sequence[float], base: Sequence[float]) -> dict[str, float]:
    """How many times as fast as `base` the laps are: `spread` over the rounds."""
    return spread([own / other for own, other in zip(laps, base, strict=True)])
