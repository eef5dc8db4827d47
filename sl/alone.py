"""One process at a time at a piece of work: a second one is refused, it does not wait for the first."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from sl.errors import UserError

LOOK_SECONDS = 1.0  # a process that only looks whether a lock is held (sl/reproduce/progress.py) holds it for a moment


@contextmanager
def alone(lock: Path, busy: UserError) -> Iterator[None]:
    """Inside, this process holds the file `lock`; raises `busy` where another holds it, OSError where none can."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        held = FileLock(lock).acquire(timeout=LOOK_SECONDS)
    except Timeout:
        raise busy from None
    with held:
        yield
