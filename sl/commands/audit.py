"""Audit the labels of a data set: which are probably wrong, and how many (docs/audit.md).

sl audit dataset=folder data_dir=my_pictures loss=sl
"""

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from sl.config.app import run_app
from sl.config.compose import choice_names


def main(config: DictConfig) -> None:
    """Audit as `config` says."""
    from sl.audit.command import run_audit  # imports torch; --help does without it

    run_audit(config, choice_names(HydraConfig.get().runtime.choices))


def run() -> None:
    """Begin with what the command line says."""
    run_app(main, "audit")
