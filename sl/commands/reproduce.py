"""Reproduce a figure, a table or a data set's whole grid: train what is missing, then redraw.

sl reproduce experiment=fig1 scale=cpu
sl reproduce experiment=cifar10 plan_only=true
sl reproduce status
"""

import sys

from sl.command_line import run_script
from sl.config.app import run_app
from sl.reproduce.options import ReproduceConfig


def main(config: ReproduceConfig) -> None:
    """Reproduce as `config` says; exit code 1 if a run is missing at the end."""
    from sl.reproduce.command import reproduce  # imports torch; --help does without it

    failures = reproduce(config)
    for failure in failures:
        print(f"sl: failed: {failure}", file=sys.stderr)
    if failures:
        print(f"sl: {len(failures)} of the runs asked for are not recorded", file=sys.stderr)
        sys.exit(1)


def main_status() -> None:
    """Say how far a reproduction is."""
    from sl.reproduce.status import status

    status(sys.argv[2:])


def run() -> None:
    """Begin with what the command line says."""
    if sys.argv[1:2] == ["status"]:  # not Hydra's: it composes nothing, and answers at once
        run_script(main_status)
    run_app(main, "reproduce")
