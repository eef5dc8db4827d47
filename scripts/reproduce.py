"""Reproduce a figure, a table or a data set's whole grid: train what is missing, then redraw.

python scripts/reproduce.py experiment=fig1 scale=cpu
python scripts/reproduce.py experiment=cifar10 plan_only=true
python scripts/reproduce.py status
"""

import sys

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from sl.command_line import run_script
from sl.config.app import run_app


def main(config: DictConfig) -> None:
    from sl.reproduce.command import reproduce  # imports torch; --help does without it

    choices = HydraConfig.get().runtime.choices
    failures = reproduce(choices["experiment"], choices["scale"], config)
    for failure in failures:
        print(f"sl: failed: {failure}", file=sys.stderr)
    if failures:
        print(f"sl: {len(failures)} of the runs asked for are not recorded", file=sys.stderr)
        sys.exit(1)


def main_status() -> None:
    from sl.reproduce.status import status

    status(sys.argv[2:])


if __name__ == "__main__":
    if sys.argv[1:2] == ["status"]:  # not Hydra's: it composes nothing, and answers at once
        run_script(main_status)
    run_app(main, "reproduce")
