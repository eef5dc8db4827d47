"""A run that another process is training is waited for, not refused."""

from pathlib import Path

import pytest
from omegaconf import DictConfig

from sl.train import wait
from sl.train.run import Busy


def test_a_busy_run_is_tried_again_until_it_is_free(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tries: list[DictConfig] = []

    def train(config: DictConfig, names: dict[str, str]) -> Path:
        tries.append(config)
        if len(tries) < 3:
            raise Busy("x.jsonl: another process is training this run")
        return Path("x.jsonl")

    monkeypatch.setattr(wait, "train", train)
    monkeypatch.setattr(wait, "POLL_SECONDS", 0)
    assert wait.train_when_free(DictConfig({}), {}) == Path("x.jsonl")
    assert len(tries) == 3
    assert capsys.readouterr().out == "x.jsonl: another process is training this run; waiting for it\n"
