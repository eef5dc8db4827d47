"""Train one run, or a sweep of runs (-m).

sl train dataset=cifar10 noise=symmetric noise.rate=0.4 loss=sl seed=0
sl train -m dataset=cifar10 loss=ce,sl seed=0,1,2
"""

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from sl.config.app import run_app
from sl.config.compose import choice_names


def main(config: DictConfig) -> float | None:
    """Train what `config` describes; its validation accuracy, if it has a holdout, is what a sweeper optimises."""
    from sl.config.check import check_buildable  # what imports torch waits until it is needed: --help does not
    from sl.record.read import read
    from sl.train.wait import train_when_free

    check_buildable(config)  # before data are loaded, or downloaded
    run = read(train_when_free(config, choice_names(HydraConfig.get().runtime.choices)))
    return None if config.holdout is None else run.validation()  # never test accuracy


def run() -> None:
    """Begin with what the command line says."""
    run_app(main, "config")
