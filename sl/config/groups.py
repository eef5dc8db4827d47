"""What configs/ offers: the groups, their choices, and the options that come with a choice."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import Field, fields, is_dataclass
from typing import Any

from sl.config.files import read_yaml
from sl.options.run import RunConfig
from sl.paths import CONFIG_DIR

GROUPS = ("dataset", "noise", "recipe", "model", "loss", "scale", "runtime", "tracker")


def choices(group: str) -> list[str]:
    """The names of the choices of `group`, sorted; empty if there is no such group.

    >>> choices("scale")
    ['cpu', 'paper']
    """
    return sorted(path.stem for path in (CONFIG_DIR / group).glob("*.yaml")) if group else []


def groups_of(config_name: str) -> list[str]:
    """The groups that a command has a choice from; `config_name` is its file in configs/.

    >>> groups_of("track"), groups_of("reproduce")
    (['tracker'], ['experiment', 'scale'])
    """
    found: list[str] = []
    for entry in read_yaml(CONFIG_DIR / f"{config_name}.yaml")["defaults"]:
        if isinstance(entry, str):  # the file of another command, a schema (base_...) or _self_
            found += groups_of(entry) if (CONFIG_DIR / f"{entry}.yaml").is_file() else []
        else:
            found += [name.removeprefix("optional ") for name in entry if "@" not in name and "override " not in name]
    return found


def choices_with(option: str) -> list[str]:
    """The choices, in the group of `option`, whose files have this option or options below it.

    >>> choices_with("noise.rate")
    ['asymmetric', 'symmetric']
    """
    group = option.partition(".")[0]
    if group not in GROUPS:
        return []
    return [
        choice
        for choice in choices(group)
        if any(f"{name}.".startswith(f"{option}.") for name in _names(read_choice(group, choice), group))
    ]


def options() -> set[str]:
    """The dotted names of all options that a run can have, under any choice."""
    names = set(_names_of_class(RunConfig, ""))
    for group in GROUPS:
        for choice in choices(group):
            names.update(_names(read_choice(group, choice), group))
    return names


@functools.cache
def read_choice(group: str, choice: str) -> Any:
    """What the choice's file holds."""
    return read_yaml(CONFIG_DIR / group / f"{choice}.yaml")


def option_fields(schema: Any) -> list[Field[Any]]:
    """The fields of a schema that are options; other fields are set by the program."""
    return [field for field in fields(schema) if not field.metadata.get("omegaconf_ignore")]


def _names(node: Any, name: str) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key not in ("_target_", "shown"):
                yield from _names(value, f"{name}.{key}")
    else:
        yield name


def _names_of_class(schema: Any, prefix: str) -> Iterator[str]:
    for field in option_fields(schema):
        if is_dataclass(field.type):
            yield from _names_of_class(field.type, f"{prefix}{field.name}.")
        else:
            yield f"{prefix}{field.name}"
