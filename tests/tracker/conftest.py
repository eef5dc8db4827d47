"""A W&B that knows no login and writes to a temporary folder."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def bare_environment(tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who never used W&B."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WANDB_") and name != "NETRC"}
    folders = {f"WANDB_{name}_DIR": str(tmp_path / "home" / name) for name in ("CACHE", "DATA", "CONFIG")}
    return kept | folders | {"HOME": str(tmp_path / "home")}


@pytest.fixture
def no_login(
    bare_environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.MonkeyPatch]:
    """W&B in this process as for somebody who never used it; further variables may be set through the value."""
    import wandb

    wandb.teardown()
    for name in set(os.environ) - set(bare_environment):
        monkeypatch.delenv(name)
    for name, value in bare_environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    yield monkeypatch
    wandb.teardown()
