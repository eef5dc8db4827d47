"""Reproduce a figure, a table or a data set's whole grid: train what is missing, then redraw.

sl reproduce experiment=fig1 scale=cpu
sl reproduce experiment=cifar10 plan_only=true
sl reproduce status
"""

import sys
from pathlib import Path

from sl.command_line import run_script
from sl.commands import COMMANDS
from sl.options.reproduce import ReproduceConfig
from sl.say import warn


def main(config: ReproduceConfig) -> None:
    """Reproduce as `config` says; exit code 1 if a run is missing at the end, else 2 if one diverged."""
    from sl.reproduce.command import reproduce  # imports torch; --help does without it

    failures = reproduce(config)
    for failure in failures:
        warn(f"failed: {failure}")
    if failures:
        warn(f"not recorded: {len(failures)} of the runs asked for")
        sys.exit(1)


def main_status(runs_dir: Path = Path("results/runs")) -> None:
    """Print how far the reproductions in a folder of records are.

    runs_dir: folder of run records
    """
    from sl.reproduce.status import status

    status(runs_dir)


def run() -> None:
    """Start `status` without Hydra, so that it answers at once; start everything else with Hydra."""
    if sys.argv[1:2] == ["status"]:
        del sys.argv[1]
        run_script(main_status)
    from sl.config.app import run_app  # needs Hydra, which `status` does without

    run_app(main, "reproduce", COMMANDS["reproduce"].extras)
