"""A run that another process is training is waited for, not refused."""

import re
from collections.abc import Callable

import pytest
from held_lock import held

from sl.config.compose import compose_run
from sl.locks import lock_beside
from sl.options.run import RunConfig
from sl.train import run as running
from sl.train.prepared import PreparedRun
from sl.train.run_lock import Busy


def test_a_busy_run_is_prepared_once_and_taken_when_it_is_free(
    overrides: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare, prepared = running.prepare, list[PreparedRun]()

    def counted(config: RunConfig) -> PreparedRun:
        prepared.append(prepare(config))
        return prepared[-1]

    config = compose_run(overrides())
    record = running.train(config)
    monkeypatch.setattr(running, "prepare", counted)
    with held(lock_beside(record), monkeypatch) as said:
        with pytest.raises(Busy):
            running.train(config)
        prepared.clear()
        capsys.readouterr()
        assert running.train(config, wait=True) == record
    assert len(prepared) == 1
    assert said == [f"{record}: another process is training this run; waiting for it"]
    assert re.fullmatch(rf"already trained: last .*, record {record}\n", capsys.readouterr().out)
