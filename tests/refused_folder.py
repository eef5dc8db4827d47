"""A folder without permission, for root too."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest


def refuse(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let the system refuse to list `folder`, and to make a folder in it."""
    scan, make = os.scandir, os.mkdir

    def refused(place: Any) -> PermissionError:
        return PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(place))

    def scandir(place: Any = ".") -> Any:
        if os.fspath(place) == str(folder):
            raise refused(place)
        return scan(place)

    def mkdir(place: Any, *arguments: Any, **options: Any) -> None:
        if Path(place).absolute().parent == folder:
            raise refused(place)
        make(place, *arguments, **options)

    monkeypatch.setattr(os, "scandir", scandir)
    monkeypatch.setattr(os, "mkdir", mkdir)
