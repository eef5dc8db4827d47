"""Reads YAML files of configs/ and results/paper as plain values, without Hydra: reading a record needs none."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError  # type: ignore[import-untyped]

from sl.errors import UserError, reason


def read_yaml(path: Path) -> dict[str, Any]:
    """The content of a YAML file; UserError where it cannot be read or is no mapping."""
    try:
        content = OmegaConf.to_container(OmegaConf.load(path))
    except (YAMLError, OSError, ValueError, OmegaConfBaseException) as error:  # ValueError: the bytes are no text
        raise UserError(f"{path}: not readable ({reason(error)})") from None
    if not isinstance(content, dict):
        raise UserError(f"{path}: must be a mapping of names to values")
    return {str(key): value for key, value in content.items()}


def merged(files: Sequence[Path]) -> dict[str, Any]:
    """The merged content of the `files` that exist; a later file overrides an earlier one."""
    return _plain(OmegaConf.merge(*(OmegaConf.load(file) for file in files if file.is_file()), {}))


def resolved(values: dict[str, Any]) -> dict[str, Any]:
    """`values` with each ${option} replaced by the value of that option."""
    return _plain(OmegaConf.create(values), resolve=True)


def _plain(config: DictConfig | ListConfig, *, resolve: bool = False) -> dict[str, Any]:
    values = OmegaConf.to_container(config, resolve=resolve)
    assert isinstance(values, dict)
    return {str(key): value for key, value in values.items()}
