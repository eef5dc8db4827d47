"""Starts no run that would not finish in time, for machines that are available until a known time."""

import time
from collections.abc import Callable

SURE = 0.95  # a run may be expected to take this share of the time left


class Deadline:
    """`seconds` from now. Runs are taken to be of the same length and to share the speed of the machine equally."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.begin = clock()
        self.end = self.begin + seconds

    def allows(self, trained: float, left: float) -> bool:
        """Whether one more run would finish in time. Both are in whole runs, summed over the runs that were started.

        `trained` is what was trained since the beginning, by v runs a second on average; `left` is still to be trained.
        With the new run, all end after (left + 1) / v seconds. While v is unknown, any run may start. Records grow by
        whole epochs, so v is too small rather than too large while runs are in training.
        """
        now = self.clock()
        time_left = self.end - now
        if not trained:
            return time_left > 0
        return (left + 1) * (now - self.begin) / trained < SURE * time_left
