"""A contender in a process of its own: settings and memory of one do not reach the other."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import active_children, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sl.errors import UserError

ENDED = "a process of the benchmark ended; it has said why above"


@dataclass(frozen=True)
class Outcome:
    """What a call returned, the seconds that it took, and the core-seconds of its process and that one's workers."""

    result: Any
    seconds: float
    core_seconds: float


class Child:
    """The object that `make(*arguments)` gives, in a new process; its methods are called from here."""

    def __init__(self, make: Callable[..., Any], *arguments: Any) -> None:
        context = get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=_serve, args=(other, make, arguments))
        self.process.start()
        other.close()
        self._receive()

    def call(self, method: str, *arguments: Any) -> Any:
        """What the method returns."""
        self.start(method, *arguments)
        return self.finish().result

    def start(self, method: str, *arguments: Any) -> None:
        """Start a call, to go on here meanwhile."""
        try:
            self.pipe.send((method, arguments))
        except OSError:
            raise UserError(ENDED) from None

    def finish(self) -> "Outcome":
        """Wait for the call to end."""
        return self._receive()

    def close(self) -> None:
        """End the process, which may be ending already."""
        with suppress(OSError):
            self.pipe.send(None)
        self.process.join()

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.is_alive():
            self.close()

    def _receive(self) -> Any:
        try:
            return self.pipe.recv()
        except EOFError:
            raise UserError(ENDED) from None


def _serve(pipe: Connection, make: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    made = make(*arguments)
    pipe.send(None)
    while (request := _request(pipe)) is not None:
        method, values = request
        began, core_began = time.perf_counter(), _core_seconds()
        result = getattr(made, method)(*values)
        pipe.send(Outcome(result, time.perf_counter() - began, _core_seconds() - core_began))


def _request(pipe: Connection) -> tuple[str, tuple[Any, ...]] | None:
    """The next call; None at the end, also where the caller has gone without a word."""
    try:
        return pipe.recv()
    except EOFError:
        return None


def _core_seconds() -> float:
    """Core-seconds of this process and its living workers since they began; Linux tells of the latter only."""
    total = time.process_time()
    for worker in active_children():
        stat = Path(f"/proc/{worker.pid}/stat")
        if stat.exists():
            user, system = stat.read_text().rpartition(")")[2].split()[11:13]
            total += (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    return total
