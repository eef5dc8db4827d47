"""Lets only one process train a run, by locks beside its record and its checkpoint."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sl.errors import UserError
from sl.locks import alone, lock_beside


class Busy(UserError):
    """Raised because another process is training the run."""


@contextmanager
def alone_at(record: Path, checkpoint: Path, wait: bool = False) -> Iterator[None]:
    """Inside the block no other process writes this record or checkpoint. If one does, raise Busy, or `wait` for it."""
    locks = [lock_beside(path).absolute() for path in (record, checkpoint)]
    with ExitStack() as stack:
        for lock in dict.fromkeys(locks):
            stack.enter_context(alone(lock, Busy(f"{record}: another process is training this run"), wait))
        yield
