"""The Multi-Process Service around a block, with a program in its place that writes down how it was called."""

import os
from pathlib import Path

import pytest
import torch

from sl.bench import mps
from sl.bench.ablation import changes_for
from sl.errors import UserError
from sl.train.device import Runtime

PROGRAM = """#!/bin/sh
echo "$* $CUDA_MPS_PIPE_DIRECTORY $(if [ -z "$1" ]; then cat; fi)" >> "$CALLS"
exit ${STATUS:-0}
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the program was called with, a line each."""
    program = tmp_path / mps.CONTROL
    program.write_text(PROGRAM)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    monkeypatch.setenv("CUDA_MPS_LOG_DIRECTORY", "as before")
    monkeypatch.delenv("CUDA_MPS_PIPE_DIRECTORY", raising=False)
    return tmp_path / "calls"


def test_the_service_starts_before_the_block_and_ends_with_it(calls: Path) -> None:
    def interrupted() -> None:
        with mps.multi_process_service():
            folders.append(os.environ["CUDA_MPS_PIPE_DIRECTORY"])
            assert Path(folders[0]).is_dir()
            assert calls.read_text() == f"-d {folders[0]} \n"
            raise KeyboardInterrupt

    folders: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    (folder,) = folders
    assert calls.read_text().splitlines()[1:] == [f" {folder} quit"]
    assert not Path(folder).exists()
    assert "CUDA_MPS_PIPE_DIRECTORY" not in os.environ
    assert os.environ["CUDA_MPS_LOG_DIRECTORY"] == "as before"


def test_where_it_cannot_be_had(calls: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATUS", "1")
    with pytest.raises(UserError, match="nvidia-cuda-mps-control -d: "), mps.multi_process_service():
        pass
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UserError, match="not installed"), mps.multi_process_service():
        pass


def test_several_processes_are_measured_with_and_without_it() -> None:
    on_gpu = Runtime(torch.device("cuda", 0), "bfloat16", "graph", deterministic=False, threads=1)
    found = {change.name: change for change in changes_for("cnn8", on_gpu)}
    for count in (2, 4):
        assert found[f"{count} processes and MPS"].count == found[f"{count} processes"].count == count
        assert found[f"{count} processes and MPS"].around is mps.multi_process_service
