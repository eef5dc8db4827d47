"""Runs a command that Hydra configures: mistakes of its user end in one line and exit code 2."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from typing import Any, cast

import hydra

import sl
from sl.config import flags
from sl.config.guard import Crash, guarded
from sl.config.help import register_help
from sl.config.hydra_errors import explain
from sl.config.schema import register
from sl.errors import UserError, fail, print_any_name
from sl.paths import CONFIG_DIR
from sl.say import output_failed
from sl.signals import INTERRUPTED, ignore_interrupts
from sl.sweep.job import begin_command
from sl.sweep.watch import Points, watched

JOB_LINE = "Error executing job with overrides: "


def run_app(
    task: Callable[[Any], Any], config_name: str, extras: Sequence[str] = (), points: Points | None = None
) -> None:
    """Compose `config_name` with the command line, and call `task` with the typed configuration, once for each job.

    `extras` are the package's extras that the command needs. `points` makes the last lines of a multirun from its
    records. A mistake of the user ends the process with one line and code 2, a bug with its traceback and code 1, also
    if the job ran in another process.
    """
    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra then raises instead of printing and exiting with 1
    begin_command()
    print_any_name()
    if "--version" in sys.argv:
        print(f"sl {sl.__version__}")
        return
    register()
    register_help()
    in_hydra = hydra.main(version_base="1.3", config_path=str(CONFIG_DIR), config_name=config_name)
    command = in_hydra(guarded(task, extras))
    try:
        sys.argv[1:] = flags.checked(sys.argv[1:])
        with redirect_stderr(cast(Any, _WithoutJobLine(sys.stderr))), watched(points):
            command()
    except Crash as crash:
        sys.stderr.write(str(crash))
        sys.exit(1)
    except UserError as error:
        fail(str(error))
    except Exception as error:  # from Hydra before the task began: `guarded` turns the task's own into a Crash
        if output_failed(error) or "Traceback" in str(error):  # a job in another process failed before its task began
            raise
        fail(str(explain(error, sys.argv[1:], config_name)))
    except SystemExit as end:  # a signal stopped the run
        if end.code == INTERRUPTED:
            ignore_interrupts()
        raise


class _WithoutJobLine:
    """A stream that drops Hydra's line with the overrides of a failed job: the failure is reported at the end."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return len(text) if text.startswith(JOB_LINE) else self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
