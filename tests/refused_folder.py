"""A folder without permission, for root too."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest


def refuse(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let the system refuse to list `folder`."""
    original = os.scandir

    def scandir(place: Any = ".") -> Any:
        if os.fspath(place) == str(folder):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
        return original(place)

    monkeypatch.setattr(os, "scandir", scandir)
