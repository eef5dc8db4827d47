"""A lock that somebody else holds: filelock refuses to wait for one of the same thread."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from filelock import FileLock

LONGEST = 60.0  # seconds


@contextmanager
def held(lock: Path) -> Iterator[Callable[[], None]]:
    """Inside, another thread holds `lock` until what is yielded is called."""
    taken, free = Event(), Event()

    def hold() -> None:
        with FileLock(lock):
            taken.set()
            free.wait(LONGEST)

    holder = Thread(target=hold)
    holder.start()
    assert taken.wait(LONGEST)
    try:
        yield free.set
    finally:
        free.set()
        holder.join()
