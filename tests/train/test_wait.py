"""A run that another process is training is waited for, not refused."""

from collections.abc import Callable
from threading import Event, Thread, Timer

import pytest
from filelock import FileLock

from sl import alone
from sl.config.compose import compose_run
from sl.files import lock_beside
from sl.options.run import RunConfig
from sl.train import run as running
from sl.train.alone import Busy
from sl.train.job import Job


def test_a_busy_run_is_prepared_once_and_taken_when_it_is_free(
    overrides: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare, prepared = running.prepare, list[Job]()
    held, free = Event(), Event()

    def counted(config: RunConfig) -> Job:
        prepared.append(prepare(config))
        return prepared[-1]

    def hold() -> None:  # in a thread of its own: filelock refuses to wait for a lock of the same one
        with FileLock(lock_beside(record)):
            held.set()
            free.wait(60)

    config = compose_run(overrides())
    record = running.train(config)
    monkeypatch.setattr(alone, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(running, "prepare", counted)
    Thread(target=hold).start()
    assert held.wait(60)
    with pytest.raises(Busy):
        running.train(config)
    prepared.clear()
    capsys.readouterr()
    Timer(1.0, free.set).start()
    assert running.train(config, wait=True) == record
    assert len(prepared) == 1
    waiting, done = capsys.readouterr().out.splitlines()
    assert waiting == f"{record}: another process is training this run; waiting for it"
    assert done == f"already trained: {record}"
