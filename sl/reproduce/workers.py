"""Worker processes; each trains one run after another. If one dies, only its current run is lost."""

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context
from types import FrameType

from sl.config.compose import compose_run
from sl.errors import UserError
from sl.processes import end_with_parent

BUSY = "another process is training it"
STOP_SIGNALS = ("SIGTERM", "SIGHUP", "SIGUSR1")
Task = Callable[[Sequence[str]], str | None]


def train_one(overrides: Sequence[str]) -> str | None:
    """Train one run; None, or why it did not end: a mistake in one line, BUSY, or a bug, whose traceback is printed."""
    from sl.train.run import Busy, train

    try:
        train(compose_run(overrides))
    except Busy:
        return BUSY
    except UserError as error:
        return str(error)
    except Exception as error:
        traceback.print_exc()
        return f"a bug: {type(error).__name__}: {error}"
    return None


class Workers:
    """`count` processes that each do one task at a time. They end with this process."""

    def __init__(self, count: int, task: Task = train_one) -> None:
        self.task = task
        self._idle = [_new_worker() for _ in range(count)]
        self._busy: dict[Future[str | None], tuple[ProcessPoolExecutor, int]] = {}

    @property
    def idle(self) -> int:
        """How many have nothing to do."""
        return len(self._idle)

    @property
    def busy(self) -> int:
        """How many are at a task."""
        return len(self._busy)

    def start(self, number: int, overrides: Sequence[str]) -> None:
        """Give an idle worker a task; `number` is what `finished` calls it."""
        worker = self._idle.pop()
        self._busy[worker.submit(_run, self.task, overrides, os.getpid())] = worker, number

    def finished(self, seconds: float) -> Iterator[tuple[int, str | None]]:
        """Wait at most so long for a task to end; the number of each that did, and what the task returned."""
        for done in wait(self._busy, seconds, FIRST_COMPLETED).done:
            worker, number = self._busy.pop(done)
            try:
                reason = done.result()
            except BrokenProcessPool:
                worker.shutdown()
                worker, reason = _new_worker(), "its process was killed; the system may have run out of memory"
            except SystemExit:
                reason = "a signal stopped it"
            self._idle.append(worker)
            yield number, reason

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End the processes. After an exception they are told to stop, and killed if a second one comes meanwhile."""
        try:
            if kind is not None:
                _signal_all(signal.SIGTERM)
            for worker in [*self._idle, *(worker for worker, _ in self._busy.values())]:
                worker.shutdown(cancel_futures=True)
        except BaseException:
            _signal_all(signal.SIGKILL)
            raise


@contextmanager
def stopping() -> Iterator[None]:
    """Inside, a signal that asks to stop raises SystemExit with 128 + its number, so that `Workers` end first."""

    def stop(number: int, frame: FrameType | None) -> None:
        print(
            "sl: stopping; runs in training save their state, and the same command resumes", file=sys.stderr, flush=True
        )
        raise SystemExit(128 + number)

    before = {}
    if threading.current_thread() is threading.main_thread():  # no other thread may handle signals
        for number in (getattr(signal, name) for name in STOP_SIGNALS if hasattr(signal, name)):
            if signal.getsignal(number) != signal.SIG_IGN:  # nohup
                before[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _new_worker() -> ProcessPoolExecutor:
    """A pool of its own for every process: a pool breaks as a whole when one of its processes is killed."""
    return ProcessPoolExecutor(1, get_context("spawn"), initializer=_begin, initargs=(os.getpid(),))


def _begin(parent: int) -> None:
    end_with_parent(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it too, and says what to do


def _run(task: Task, overrides: Sequence[str], parent: int) -> str | None:
    """The task; a worker that was told to stop by its parent's end has saved its state, and ends now."""
    try:
        return task(overrides)
    finally:
        if os.getppid() != parent:
            os._exit(1)


def _signal_all(number: signal.Signals) -> None:
    for child in active_children():
        if child.pid:
            os.kill(child.pid, number)
