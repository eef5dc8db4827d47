"""Runs the commands of sl and of scripts/ as a shell would, but inside the process of the tests: seconds less each."""

import io
import logging
import runpy
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path

import pytest
from hydra.core.global_hydra import GlobalHydra

from sl.commands.start import start

SCRIPTS = Path(__file__).parents[1] / "scripts"


def run(command: str, *arguments: str) -> tuple[int, str]:
    """The exit code of a command, and what it said on stderr."""
    GlobalHydra.instance().clear()
    script = SCRIPTS / f"{command}.py"
    before, sys.argv = sys.argv, [str(script), *arguments]
    code, said = 0, io.StringIO()
    try:
        with redirect_stderr(said):
            if script.exists():
                runpy.run_path(str(script), run_name="__main__")
            else:
                start(command)
    except SystemExit as stop:
        code = int(stop.code or 0)
    finally:
        sys.argv = before
    return code, said.getvalue()


@contextmanager
def as_before() -> Iterator[None]:
    """Afterwards, nothing is left of what commands set in the process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HYDRA_FULL_ERROR", "0")  # the commands set it, and this takes it back
        yield
    GlobalHydra.instance().clear()
    root.handlers, root.level = handlers, level
