"""A contender in a process of its own: settings and memory of one do not reach the other."""

import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Any

import psutil

from sl.processes import end_with_parent

_make: list[Callable[[], Any]] = []  # in the child: how its object is made,
_made: list[Any] = []  # and the object


@dataclass(frozen=True)
class TimedCall:
    """What a call returned, the seconds that it took, and the core-seconds of its process and that one's workers."""

    result: Any
    seconds: float
    core_seconds: float


class Child:
    """The object that `make(*arguments)` gives, in a new process that ends with this one.

    The process starts at once and imports what it needs; the object is made before the first call. So the imports of
    several children overlap, but nobody else disturbs what an object measures while it is made.
    """

    def __init__(self, make: Callable[..., Any], *arguments: Any) -> None:
        given = (os.getpid(), partial(make, *arguments))
        self._pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=_begin, initargs=given)
        self._ready = self._pool.submit(bool)

    def wait(self) -> None:
        """Return when the process is ready to make its object."""
        self._ready.result()

    def start(self, method: str, *arguments: Any) -> "Future[TimedCall]":
        """Call a method of the object; its exceptions come with the result, BrokenProcessPool if the process died."""
        return self._pool.submit(_call, method, arguments)

    def call(self, method: str, *arguments: Any) -> Any:
        """What the method returns."""
        return self.start(method, *arguments).result().result

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()


def _begin(parent: int, make: Callable[[], Any]) -> None:
    end_with_parent(parent)
    _make.append(make)


def _call(method: str, arguments: tuple[Any, ...]) -> TimedCall:
    if not _made:
        _made.append(_make[0]())
    began, core_began = time.perf_counter(), _core_seconds()
    result = getattr(_made[0], method)(*arguments)
    return TimedCall(result, time.perf_counter() - began, _core_seconds() - core_began)


def _core_seconds() -> float:
    """Core-seconds of this process and its living workers since they began."""
    me = psutil.Process()
    return sum(sum(process.cpu_times()[:2]) for process in (me, *me.children()))
