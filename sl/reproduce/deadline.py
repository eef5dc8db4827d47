"""Starts no run that would not finish in time, for machines that are available until a known time."""

import time
from collections import deque
from collections.abc import Callable, Sequence

WINDOW = 60.0  # seconds over which the speed is measured
SURE = 0.95  # a run may be expected to take this share of the time left


class Deadline:
    """`seconds` from now. Runs are taken to be of the same length and to share the speed of the machine equally."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.end = clock() + seconds
        self._marks: deque[tuple[float, float]] = deque()  # when, and how much was done by then

    def allows(self, shares: Sequence[float]) -> bool:
        """Whether one more run would finish in time; `shares` says how much is done of each that was started.

        With r runs' worth of training left, the new one's included, and v runs done a second by all together, the last
        run ends after r / v seconds. While v is unknown, any run may start.
        """
        now, done = self.clock(), sum(shares)
        self._marks.append((now, done))
        while len(self._marks) > 2 and self._marks[1][0] <= now - WINDOW:
            self._marks.popleft()
        then, before = self._marks[0]
        left = self.end - now
        if done <= before:
            return left > 0
        return (len(shares) + 1 - done) * (now - then) / (done - before) < SURE * left
