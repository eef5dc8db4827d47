"""Worker processes that each do one task after another. If one dies, only its current task is lost."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import active_children, get_context
from types import FrameType
from typing import Any

from sl.processes import begin_worker, end_with_parent
from sl.say import warn
from sl.signals import STOP_SIGNALS, restore_handlers, set_handlers

Task = Callable[[Any], Any]


@dataclass(frozen=True)
class TaskResult:
    """The result of a task: the value that it returned, or the error that ended it."""

    value: Any = None
    error: Exception | None = None


class Lost(Exception):
    """The process of a task ended before the task did."""


def run_all(task: Task, arguments: Sequence[Any], jobs: int) -> list[TaskResult]:
    """Call `task` with each of the `arguments`, `jobs` at once in worker processes; the results in that order.

    With one job the tasks run in this process. An error in one task does not stop the others.
    """
    if jobs == 1:
        return [_attempt(task, argument) for argument in arguments]
    outcomes = dict[int, TaskResult]()
    queue = list(enumerate(arguments))
    with stopping(), Workers(min(jobs, len(queue)), task) as workers:
        while queue or workers.busy:
            while queue and workers.idle:
                workers.start(*queue.pop(0))
            outcomes.update(workers.finished(None))
    return [outcomes[number] for number in range(len(arguments))]


def values(outcomes: Sequence[TaskResult]) -> list[Any]:
    """The values that the tasks returned; raises the first error if there is one."""
    for outcome in outcomes:
        if outcome.error:
            raise outcome.error
    return [outcome.value for outcome in outcomes]


def _attempt(task: Task, argument: Any) -> TaskResult:
    try:
        return TaskResult(task(argument))
    except Exception as error:
        return TaskResult(error=error)


class Workers:
    """`count` processes that each do one task at a time and know their number. They end when this process does."""

    def __init__(self, count: int, task: Task) -> None:
        self.task, self.count = task, count
        self._idle = [(new_worker(place, count), place) for place in range(count)]
        self._busy: dict[Future[Any], tuple[ProcessPoolExecutor, int, int]] = {}

    @property
    def idle(self) -> int:
        """The number of workers without a task."""
        return len(self._idle)

    @property
    def busy(self) -> int:
        """The number of workers that do a task."""
        return len(self._busy)

    def start(self, number: int, argument: Any) -> None:
        """Let an idle worker do the task with `argument`; `finished` yields its result under `number`."""
        worker, place = self._idle.pop()
        work = partial(_run, self.task, argument, os.getpid())
        try:
            future = worker.submit(work)
        except BrokenProcessPool:  # it was killed while it had nothing to do
            worker = self._in_place_of(worker, place)
            future = worker.submit(work)
        self._busy[future] = worker, place, number

    def finished(self, seconds: float | None) -> Iterator[tuple[int, TaskResult]]:
        """Wait at most `seconds` (None: no limit) for a task to end; the number and result of each that has ended."""
        for done in wait(self._busy, seconds, FIRST_COMPLETED).done:
            worker, place, number = self._busy.pop(done)
            try:
                outcome = TaskResult(done.result())
            except BrokenProcessPool:
                worker = self._in_place_of(worker, place)
                outcome = TaskResult(error=Lost("its process was killed; the system may have run out of memory"))
            except SystemExit:
                outcome = TaskResult(error=Lost("a signal stopped it"))
            except Exception as error:
                outcome = TaskResult(error=error)
            self._idle.append((worker, place))
            yield number, outcome

    def _in_place_of(self, dead: ProcessPoolExecutor, place: int) -> ProcessPoolExecutor:
        dead.shutdown()
        return new_worker(place, self.count)

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End the processes: after an exception by SIGTERM, and if Ctrl-C comes meanwhile, by SIGKILL.

        Other signals have no effect then: schedulers, and a shell that ends, send several.
        """
        before = {} if kind is None else set_handlers(STOP_SIGNALS, lambda *_: None)
        try:
            if kind is not None:
                for child in active_children():
                    child.terminate()  # does nothing if it has just ended, where os.kill would raise
            for worker in [*(worker for worker, _ in self._idle), *(worker for worker, *_ in self._busy.values())]:
                worker.shutdown(cancel_futures=True)
        except BaseException:
            for child in active_children():
                child.kill()
            raise
        finally:
            restore_handlers(before)


@contextmanager
def stopping() -> Iterator[None]:
    """Inside the block, a signal to stop raises SystemExit with 128 + its number, so that `Workers` end first."""

    def stop(number: int, frame: FrameType | None) -> None:
        warn("stopping; runs in training save their state, and the same command resumes")
        raise SystemExit(128 + number)

    before = set_handlers(STOP_SIGNALS, stop)
    try:
        yield
    finally:
        restore_handlers(before)


def new_worker(place: int = 0, count: int = 1) -> ProcessPoolExecutor:
    """Worker `place` of `count`. Each has its own pool, because a pool breaks as a whole if a process is killed."""
    return ProcessPoolExecutor(1, get_context("spawn"), initializer=_begin, initargs=(os.getpid(), place, count))


def _begin(parent: int, place: int, count: int) -> None:
    end_with_parent(parent)
    begin_worker(place, count)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets it too, and stops the workers


def _run(task: Task, argument: Any, parent: int) -> Any:
    """Do the task; then end this process if its parent has ended: a signal stopped both, and the state is saved."""
    try:
        return task(argument)
    finally:
        if os.getppid() != parent:
            os._exit(1)
