"""Lock files, so that one process at a time does a piece of work."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from sl.errors import UserError
from sl.say import say

LOOK_SECONDS = 1.0  # longer than the moment for which `is_held` holds a lock


def lock_beside(path: Path) -> Path:
    """The lock file for `path`: only the process that holds it writes `path`."""
    return path.with_name(f".{path.stem}.lock")


def locked(path: Path) -> FileLock:
    """A lock for a block that writes `path`; on entry it waits until no other process holds it."""
    return FileLock(lock_beside(path))


@contextmanager
def alone(lock: Path, busy: UserError, wait: bool = False) -> Iterator[None]:
    """Inside the block, this process holds the lock file `lock`.

    If another process holds it, raise `busy`, or with `wait` print `busy` and wait. Raises OSError if the lock file
    cannot be made.
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


def is_held(lock: Path) -> bool:
    """Whether a process holds the file `lock`."""
    if not lock.exists():
        return False
    try:
        with FileLock(lock, timeout=0):
            return False
    except Timeout:
        return True
