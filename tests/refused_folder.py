"""A folder without permission, for root too."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest


def _refused(place: Any) -> PermissionError:
    return PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(place))


def refuse(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let the system refuse to list `folder`, and to make a folder in it."""
    scan, make = os.scandir, os.mkdir

    def scandir(place: Any = ".") -> Any:
        if os.fspath(place) == str(folder):
            raise _refused(place)
        return scan(place)

    def mkdir(place: Any, *arguments: Any, **options: Any) -> None:
        if Path(place).absolute().parent == folder:
            raise _refused(place)
        make(place, *arguments, **options)

    monkeypatch.setattr(os, "scandir", scandir)
    monkeypatch.setattr(os, "mkdir", mkdir)


def refuse_search(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let the system refuse to look at what lies in `folder`."""
    look = os.stat

    def stat(place: Any, *arguments: Any, **options: Any) -> os.stat_result:
        if isinstance(place, str | os.PathLike) and Path(place).parent == folder:
            raise _refused(place)
        return look(place, *arguments, **options)

    monkeypatch.setattr(os, "stat", stat)
