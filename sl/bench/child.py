"""A contender in a process of its own: settings and memory of one do not reach the other."""

import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import psutil

from sl.processes import end_with_parent

_made: list[Any] = []  # the object, in the child


@dataclass(frozen=True)
class TimedCall:
    """What a call returned, the seconds that it took, and the core-seconds of its process and that one's workers."""

    result: Any
    seconds: float
    core_seconds: float


class Child:
    """The object that `make(*arguments)` gives, in a new process that ends with this one."""

    def __init__(self, make: Callable[..., Any], *arguments: Any) -> None:
        given = (os.getpid(), make, arguments)
        self._pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=_begin, initargs=given)

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


def _begin(parent: int, make: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    end_with_parent(parent)
    _made.append(make(*arguments))


def _call(method: str, arguments: tuple[Any, ...]) -> TimedCall:
    began, core_began = time.perf_counter(), _core_seconds()
    result = getattr(_made[0], method)(*arguments)
    return TimedCall(result, time.perf_counter() - began, _core_seconds() - core_began)


def _core_seconds() -> float:
    """Core-seconds of this process and its living workers since they began."""
    me = psutil.Process()
    return sum(sum(process.cpu_times()[:2]) for process in (me, *me.children()))
