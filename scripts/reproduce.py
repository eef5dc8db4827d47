"""Reproduce a figure, a table or a data set's whole grid: train what is missing, then redraw.

python scripts/reproduce.py experiment=fig1 scale=cpu
python scripts/reproduce.py experiment=cifar10 plan_only=true
"""

import sys

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from sl.config.app import run_app


def main(config: DictConfig) -> None:
    from sl.reproduce.command import reproduce  # imports torch; --help does without it

    choices = HydraConfig.get().runtime.choices
    failures = reproduce(choices["experiment"], choices["scale"], config)
    for failure in failures:
        print(f"sl: failed: {failure}", file=sys.stderr)
    if failures:
        sys.exit(1)


if __name__ == "__main__":
    run_app(main, "reproduce")
