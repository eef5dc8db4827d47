"""One process at a time at a piece of work: a second one is refused, unless it is to wait for the first."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from sl.errors import UserError
from sl.say import say

LOOK_SECONDS = 1.0  # a process that only looks whether a lock is held (sl/reproduce/progress.py) holds it for a moment


@contextmanager
def alone(lock: Path, busy: UserError, wait: bool = False) -> Iterator[None]:
    """Inside, this process holds the file `lock`; where another holds it, raises `busy` or says so and waits.

    Raises OSError where none can hold it.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        held = FileLock(lock).acquire(timeout=LOOK_SECONDS)
    except Timeout:
        if not wait:
            raise busy from None
        say(f"{busy}; waiting for it")
        held = FileLock(lock).acquire(poll_interval=LOOK_SECONDS)
    with held:
        yield
