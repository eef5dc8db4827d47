"""Starts no run that would not finish in time, for machines that are available until a known time."""

import time
from collections import deque
from collections.abc import Callable, Sequence

WINDOW = 60.0  # seconds over which the speed is measured, unless an epoch is longer
SURE = 0.95  # a run may be expected to take this share of the time left


class Deadline:
    """`seconds` from now. Runs are taken to be of the same length and to share the speed of the machine equally."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.end = clock() + seconds
        self._marks: deque[tuple[float, float]] = deque()  # when more was done than before, and how much

    def allows(self, shares: Sequence[float]) -> bool:
        """Whether one more run would finish in time; `shares` says how much is done of each that was started.

        With r runs' worth of training left, the new one's included, and v runs done a second by all together, the last
        run ends after r / v seconds. While v is unknown, any run may start. Records grow by whole epochs, so v is taken
        from one such moment to another: an epoch may be longer than the window.
        """
        now, done = self.clock(), sum(shares)
        if not self._marks or done > self._marks[-1][1]:
            self._marks.append((now, done))
        while len(self._marks) > 2 and self._marks[1][0] <= now - WINDOW:
            self._marks.popleft()
        (then, before), (latest, reached) = self._marks[0], self._marks[-1]
        left = self.end - now
        if reached <= before:
            return left > 0
        return (len(shares) + 1 - done) * (latest - then) / (reached - before) < SURE * left
