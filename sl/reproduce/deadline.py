"""Decides whether a run may start on a machine that is available until a known time: it must finish by then."""

import time
from collections.abc import Callable

SURE = 0.95  # the expected time must be below this share of the time left


class Deadline:
    """A deadline `seconds` from now. Runs are assumed to be equally long and to get equal shares of the machine."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.begin = clock()
        self.end = self.begin + seconds

    def allows(self, trained: float, left: float) -> bool:
        """Whether one more run would finish in time. The unit of both arguments is one run.

        `trained` is how much of all started runs was trained since the beginning, on average v runs a second; `left` is
        how much of them is not trained yet. With the new run, all end after (left + 1) / v seconds. While v is unknown,
        any run may start. Records grow by whole epochs, so during training v is underestimated, not overestimated.
        """
        now = self.clock()
        time_left = self.end - now
        if not trained:
            return time_left > 0
        return (left + 1) * (now - self.begin) / trained < SURE * time_left
