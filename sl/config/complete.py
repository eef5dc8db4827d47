"""Checks that a composed configuration has every value and no option that does not exist."""

from dataclasses import is_dataclass
from typing import Any

from omegaconf import DictConfig, OmegaConf

from sl.config.build import KINDS, TRACKER
from sl.config.groups import choices, option_fields
from sl.config.hydra_errors import CONFIG_ERRORS, explain
from sl.config.messages import required, unknown_option
from sl.errors import UserError
from sl.files import expanded


def check_complete(config: DictConfig) -> None:
    """Raise UserError for an unknown option (+option=1 adds one), one without a value, or a node without a class."""
    _check_keys(config, "")
    for option in KINDS:
        if option != TRACKER and option in config and not _has_class(config[option]):
            raise UserError(option, rule=f"has no _target_, a class; must be one of {', '.join(choices(option))}")
    for name, node in config.get(TRACKER, {}).items():  # there may be several, each under its name
        if not _has_class(node):
            option = f"{TRACKER}.{name}" + (f".{next(iter(node))}" if OmegaConf.is_dict(node) and node else "")
            raise unknown_option(option, list(config[TRACKER]), value=OmegaConf.select(config, option))
    try:
        OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    except CONFIG_ERRORS as error:
        raise explain(error) from error


def _has_class(node: Any) -> bool:
    return OmegaConf.is_dict(node) and "_target_" in node


def expand_home(config: DictConfig) -> None:
    """Expand ``~`` in the options that name folders (data_dir, runs_dir, ...), in place."""
    for option in (str(name) for name in config if str(name).endswith("_dir")):
        if str(config[option]).startswith("~"):
            config[option] = str(expanded(option, config[option])).replace("${", "\\${")


def _check_keys(node: DictConfig, prefix: str) -> None:
    schema = OmegaConf.get_type(node)
    if not is_dataclass(schema):
        return
    known = [field.name for field in option_fields(schema)]
    for key in map(str, node):
        if key not in known:
            raise unknown_option(f"{prefix}{key}", known, value=node[key])
    for key in known:
        if key not in node:
            raise required(f"{prefix}{key}")
        given = not OmegaConf.is_missing(node, key) and not OmegaConf.is_interpolation(node, key)
        if given and OmegaConf.is_dict(node[key]):
            _check_keys(node[key], f"{prefix}{key}.")
