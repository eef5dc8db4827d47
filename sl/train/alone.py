"""One process for one run: locks beside its record and its checkpoint."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from sl.errors import UserError
from sl.files import lock_beside


class Busy(UserError):
    """Another process is training the run."""


@contextmanager
def alone_at(record: Path, checkpoint: Path) -> Iterator[None]:
    """Inside, no other process writes this record or this checkpoint; Busy where one does."""
    locks = [lock_beside(path) for path in (record, checkpoint)]
    with ExitStack() as stack:
        for lock in dict.fromkeys(path.absolute() for path in locks):
            lock.parent.mkdir(parents=True, exist_ok=True)
            try:
                stack.enter_context(FileLock(lock, timeout=0))
            except Timeout:
                raise Busy(f"{record}: another process is training this run") from None
        yield
