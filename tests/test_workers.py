"""Workers: one that dies costs its own task only, and none outlives the process that started it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import psutil
import pytest

from sl.errors import UserError
from sl.processes import at_work
from sl.sweep.job import job_number
from sl.workers import Lost, TaskResult, Workers, run_all, stopping, values


def task(words: Sequence[str]) -> str:
    match words:
        case ["killed"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["stopped"]:
            raise SystemExit(143)
        case ["failed"]:
            return "it failed"
        case ["wrong"]:
            raise UserError("seed", 1, "must be 2")
    return "done"


def test_one_that_dies_costs_only_its_own_task() -> None:
    found = run_all(task, [["good"], ["killed"], ["failed"], ["stopped"], ["wrong"], ["good"]], jobs=2)
    assert [outcome.value for outcome in found] == ["done", None, "it failed", None, None, "done"]
    assert [str(outcome.error) if outcome.error else None for outcome in found] == [
        None,
        "its process was killed; the system may have run out of memory",
        None,
        "a signal stopped it",
        "seed=1: must be 2",
        None,
    ]
    error = found[4].error
    assert isinstance(error, UserError)
    assert (error.option, error.value, error.rule) == ("seed", 1, "must be 2")
    with pytest.raises(Lost, match="its process was killed"):
        values(found)


def test_one_at_a_time_needs_no_other_process() -> None:
    assert [outcome.value for outcome in run_all(lambda _: os.getpid(), [1, 2], jobs=1)] == [os.getpid()] * 2
    refused, good = run_all(task, [["wrong"], ["good"]], jobs=1)
    assert (str(refused.error), good.value) == ("seed=1: must be 2", "done")


def test_afterwards_signals_do_what_they_did_before() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with stopping():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


def whose_turn(folder: Path, together: int) -> tuple[int | None, int]:
    """Says which worker this is once so many have begun a task: then none of them has taken two."""
    (folder / str(os.getpid())).touch()
    end = time.monotonic() + 60
    while len(list(folder.iterdir())) < together and time.monotonic() < end:
        time.sleep(0.01)
    return job_number(), at_work()


def test_each_worker_knows_its_number_and_how_many_are_at_work(tmp_path: Path) -> None:
    """The numbers share out GPUs, the count the cores; no more processes are made than there are tasks."""
    assert sorted(values(run_all(partial(whose_turn, together=2), [tmp_path] * 2, jobs=16))) == [(0, 2), (1, 2)]
    assert values(run_all(partial(whose_turn, together=1), [tmp_path] * 2, jobs=1)) == [(None, 1)] * 2


def test_a_worker_in_the_place_of_a_dead_one_has_its_number() -> None:
    with Workers(2, task_or_turn) as workers:
        for number, words in enumerate(([], ["killed"], [], [])):
            workers.start(number, words)
            if number == 1:
                while workers.busy:
                    list(workers.finished(None))
        found = []
        while workers.busy:
            found += [outcome.value for _, outcome in workers.finished(None)]
    assert sorted(found) == [(0, 2), (1, 2)]


def test_an_idle_worker_that_was_killed_is_replaced() -> None:
    with Workers(1, task_or_turn) as workers:
        workers.start(0, [])
        list(workers.finished(None))
        (child,) = workers._idle[0][0]._processes.values()
        child.kill()
        end = time.monotonic() + 60
        while not workers._idle[0][0]._broken and time.monotonic() < end:
            time.sleep(0.01)
        workers.start(1, [])
        (found,) = workers.finished(None)
    assert found == (1, TaskResult((0, 1)))


def test_a_worker_that_has_just_ended_keeps_no_other_from_saving(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second exception while they are told to stop would kill all of them."""
    ended = get_context("spawn").Process(target=int)
    ended.start()
    ended.join()
    monkeypatch.setattr("sl.workers.active_children", lambda: [ended])
    with pytest.raises(KeyError), Workers(1, task):
        raise KeyError


def task_or_turn(words: Sequence[str]) -> object:
    return task(words) if words else (job_number(), at_work())


# Python loses a signal that arrives while it closes a file unseen, or just before one long sleep
SLEEPING = """
import os, signal, sys, time
from pathlib import Path

def task(words):
    def saved(number, frame):
        Path(words[0]).write_text("saving")
        time.sleep(float(words[1]))
        Path(words[0]).write_text("saved")
        raise SystemExit(143)
    signal.signal(signal.SIGTERM, saved)
    Path(words[0]).write_text("begun")
    try:
        while True:
            time.sleep(0.1)
    except KeyboardInterrupt:
        os._exit(1)

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background of a script ignores it
    from sl.workers import Workers, stopping
    with stopping(), Workers(1, task) as workers:
        workers.start(0, sys.argv[1:])
        list(workers.finished(900))
"""


@contextmanager
def sleeping(folder: Path, saving: float) -> Iterator[tuple["subprocess.Popen[bytes]", Path]]:
    """A process with a worker that sleeps, and the file of its state; a signal makes it save for so many seconds."""
    script, state = folder / "sleeping.py", folder / "state"
    script.write_text(SLEEPING)
    command = [sys.executable, str(script), str(state), str(saving)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True) as parent:
        wait_for("begun", state)
        children = psutil.Process(parent.pid).children(recursive=True)
        assert children
        try:
            yield parent, state
        finally:
            parent.kill()
            _, alive = psutil.wait_procs(children, timeout=60)
            for child in alive:
                child.kill()
    assert alive == []


def wait_for(text: str, state: Path) -> None:
    deadline = time.monotonic() + 60
    while not (state.exists() and state.read_text() == text) and time.monotonic() < deadline:
        time.sleep(0.1)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells a child that its parent has ended")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR2, signal.SIGINT, signal.SIGKILL])
def test_a_signal_to_the_parent_lets_the_worker_save_its_state(number: signal.Signals, tmp_path: Path) -> None:
    """Ctrl-C is sent to both."""
    with sleeping(tmp_path, saving=0) as (parent, state):
        (os.killpg if number == signal.SIGINT else os.kill)(parent.pid, number)
        code = parent.wait(60)
    assert state.read_text() == "saved"
    assert code == {signal.SIGTERM: 143, signal.SIGUSR2: 140, signal.SIGINT: -2, signal.SIGKILL: -9}[number]


@pytest.mark.parametrize("first", [signal.SIGHUP, signal.SIGINT])
def test_more_signals_let_the_worker_save_its_state(first: signal.Signals, tmp_path: Path) -> None:
    """A shell that ends sends SIGHUP twice."""
    with sleeping(tmp_path, saving=1) as (parent, state):
        parent.send_signal(first)
        wait_for("saving", state)
        for number in (signal.SIGHUP, signal.SIGTERM):
            parent.send_signal(number)
        parent.wait(60)
    assert state.read_text() == "saved"


def test_ctrl_c_ends_a_worker_that_saves(tmp_path: Path) -> None:
    with sleeping(tmp_path, saving=900) as (parent, state):
        parent.send_signal(signal.SIGTERM)
        wait_for("saving", state)
        parent.send_signal(signal.SIGINT)
        assert parent.wait(60) == -signal.SIGINT
