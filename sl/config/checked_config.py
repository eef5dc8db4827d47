"""Turns what Hydra composed into a typed, checked configuration; the rest of the project sees only these."""

from collections.abc import Mapping, Sequence
from typing import Any

from omegaconf import DictConfig, OmegaConf

from sl.config.complete import check_complete, expand_home
from sl.config.shown import extract_shown
from sl.options.reproduce import ReproduceConfig
from sl.options.run import RunConfig
from sl.options.track import TrackConfig

AnyConfig = RunConfig | ReproduceConfig | TrackConfig  # SearchConfig and AuditConfig are RunConfigs


def checked_config(config: DictConfig, choices: Mapping[str, Any], overrides: Sequence[str]) -> AnyConfig:
    """`config` as a checked object of the type in its schema; UserError for a mistake in it.

    `choices` are Hydra's `runtime.choices`, `overrides` the arguments of the command line.
    """
    check_complete(config)
    extract_shown(config)
    expand_home(config)
    found = OmegaConf.to_object(config)
    assert isinstance(found, AnyConfig)
    if isinstance(found, RunConfig | ReproduceConfig):
        found.names = {name: str(choices[name]) for name in found.CHOICES}
    if isinstance(found, RunConfig):
        from sl.config.check import check_run  # imports torch; the plan of a reproduction does without it

        found.overrides = list(overrides)
        check_run(found)
    return found
