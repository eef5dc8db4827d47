"""Lock files: one process at a time at a piece of work."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from sl.errors import UserError
from sl.say import say

LOOK_SECONDS = 1.0  # longer than the moment for which `is_held` holds a lock


def lock_beside(path: Path) -> Path:
    """The file whose lock a process holds while it, and no other, writes `path`."""
    return path.with_name(f".{path.stem}.lock")


def locked(path: Path) -> FileLock:
    """For a block that writes `path`: it waits until no other process does."""
    return FileLock(lock_beside(path))


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


def is_held(lock: Path) -> bool:
    """Whether a process holds the file `lock`."""
    if not lock.exists():
        return False
    try:
        with FileLock(lock, timeout=0):
            return False
    except Timeout:
        return True
