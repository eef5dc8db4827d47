"""Search for a loss's parameters on held-out noisy labels (docs/choosing-parameters.md).

sl search dataset=digits noise=symmetric noise.rate=0.4 loss=sl
"""

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from sl.config.app import run_app
from sl.config.compose import choice_names


def main(config: DictConfig) -> None:
    """Search as `config` says."""
    from sl.search.command import run_search  # imports torch; --help does without it

    hydra = HydraConfig.get()
    run_search(config, choice_names(hydra.runtime.choices), hydra.overrides.task)


def run() -> None:
    """Begin with what the command line says."""
    run_app(main, "search")
