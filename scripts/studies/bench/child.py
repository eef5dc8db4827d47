"""An object in a process of its own, so that settings and memory of one contender do not reach another."""

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from sl.workers import new_worker

_made: list[Any] = []  # in the child: its object


class Child:
    """The object that `make(*arguments)` gives, in a new process that ends with this one.

    The process starts at once and imports what it needs; the object is made at the first call. So the imports of
    several children overlap, but each object is made alone: others do not disturb what it measures then.
    """

    def __init__(self, make: Callable[..., Any], *arguments: Any) -> None:
        self._make = partial(make, *arguments)
        self._worker = new_worker()
        self._ready = self._worker.submit(callable, self._make)

    def wait(self) -> None:
        """Return when the process is ready to make its object."""
        self._ready.result()

    def start(self, method: str, *arguments: Any) -> "Future[Any]":
        """Call a method of the object; its exceptions come with the future, BrokenProcessPool if the process died."""
        return self._worker.submit(_call, self._make, method, arguments)

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.shutdown()


def _call(make: Callable[[], Any], method: str, arguments: tuple[Any, ...]) -> Any:
    if not _made:
        _made.append(make())
    return getattr(_made[0], method)(*arguments)
