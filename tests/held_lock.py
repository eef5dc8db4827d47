"""A lock that somebody else holds: filelock refuses to wait for one of the same thread."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from filelock import FileLock

LONGEST = 60.0  # seconds


@contextmanager
def held(lock: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Inside, another thread holds `lock` until somebody says that he waits for it; yields what was said."""
    taken, free = Event(), Event()

    def hold() -> None:
        with FileLock(lock):
            taken.set()
            free.wait(LONGEST)

    def heard(text: str) -> None:
        said.append(text)
        free.set()

    said: list[str] = []
    monkeypatch.setattr("sl.locks.LOOK_SECONDS", 0.1)
    monkeypatch.setattr("sl.locks.say", heard)
    holder = Thread(target=hold)
    holder.start()
    assert taken.wait(LONGEST)
    try:
        yield said
    finally:
        free.set()
        holder.join()
