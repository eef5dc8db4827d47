"""Composes configurations from overrides within a process, for runs that a plan describes, not a command line."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import open_dict

from sl.config.checked_config import AnyConfig, checked_config
from sl.config.config_dir import add_config_dir
from sl.config.hydra_errors import CONFIG_ERRORS, explain
from sl.config.schema import register
from sl.options.run import RunConfig
from sl.paths import CONFIG_DIR


@contextmanager
def hydra_ready(own: Path | None = None) -> Iterator[None]:
    """Inside, Hydra is initialised: by the running command, else here, with the user's folder `own` if given."""
    if GlobalHydra.instance().is_initialized():
        yield
        return
    register()
    with initialize_config_dir(str(CONFIG_DIR), version_base="1.3"):
        if own:
            add_config_dir(own)
        yield


def compose_run(overrides: Sequence[str], config_name: str = "config") -> RunConfig:
    """As `compose_config`, for the files that describe a run: "config", "audit" and "search"."""
    config = compose_config(overrides, config_name)
    assert isinstance(config, RunConfig)
    return config


def compose_config(overrides: Sequence[str], config_name: str) -> AnyConfig:
    """The checked configuration from the file `config_name` and `overrides`, which are as on the command line.

    Raises UserError if it cannot be composed, lacks a value, or has an unknown option or a value out of range.
    """
    with hydra_ready():
        try:
            config = compose(config_name, overrides=list(overrides), return_hydra_config=True)
        except CONFIG_ERRORS as error:
            raise explain(error, overrides, config_name) from error
    choices = config.hydra.runtime.choices
    with open_dict(config):
        del config["hydra"]
    return checked_config(config, choices, overrides)
