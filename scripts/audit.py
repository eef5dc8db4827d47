"""Audit the labels of a data set: which are probably wrong, and how many (docs/audit.md).

python scripts/audit.py dataset=folder data_dir=my_pictures loss=sl
"""

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from sl.config.app import run_app
from sl.config.compose import choice_names


def main(config: DictConfig) -> None:
    from sl.audit.command import run_audit  # imports torch; --help does without it

    run_audit(config, choice_names(HydraConfig.get().runtime.choices))


if __name__ == "__main__":
    run_app(main, "audit")
