"""A run that another process is training is waited for, not refused."""

from pathlib import Path

import pytest

from sl.config.compose import compose_run
from sl.options.run import RunConfig
from sl.train import run as running
from sl.train.alone import Busy


def test_a_busy_run_is_tried_again_until_it_is_free(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tries: list[RunConfig] = []

    def train(config: RunConfig) -> Path:
        tries.append(config)
        if len(tries) < 3:
            raise Busy("x.jsonl: another process is training this run")
        return Path("x.jsonl")

    monkeypatch.setattr(running, "train", train)
    monkeypatch.setattr(running, "POLL_SECONDS", 0)
    assert running.train_when_free(compose_run([])) == Path("x.jsonl")
    assert len(tries) == 3
    assert capsys.readouterr().out == "x.jsonl: another process is training this run; waiting for it\n"
