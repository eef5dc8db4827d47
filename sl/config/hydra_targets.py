"""Checks what Hydra builds from its own part of a configuration: callbacks, launcher, sweeper and log handlers.

Hydra builds whatever `_target_` names under `hydra`, and Python's logging calls whatever a handler's `class` or `()`
names. Both happen before the command's task begins. So the check runs where Hydra composes a configuration.
"""

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.override_parser.types import QuotedString
from hydra.errors import HydraException
from omegaconf import DictConfig, ListConfig
from omegaconf.errors import OmegaConfBaseException

from sl.config.groups import choices
from sl.config.overrides import parsed
from sl.errors import UserError, did_you_mean
from sl.paths import CONFIG_DIR

NODES = ("callbacks", "launcher", "sweeper", "job_logging", "hydra_logging")  # the nodes that objects are built from
ALLOWED = {
    "_target_": r"hydra\._internal\.core_plugins\.\w+\.Basic\w+"
    r"|hydra_plugins\.\w+\.\w+\.\w+(Launcher|Sweeper)"
    r"|hydra\.experimental\.callbacks\.\w+Callback|sl\.config\.sweep\.CheckSweep",
    "class": r"logging\.(handlers\.)?\w+(Handler|Formatter)",
    "()": r"colorlog\.\w+Formatter",
}
SEVERAL = ("tracker",)  # groups from which several choices can be made at once
ALLOWED_STREAMS = ("ext://sys.stdout", "ext://sys.stderr")  # logging imports whatever other ext:// values name


def check_hydra(config: DictConfig) -> None:
    """Raise UserError if the `hydra` part of `config` names code that is not Hydra's own or a log handler."""
    for option, value in chain.from_iterable(_leaves(config.hydra, "hydra", [name]) for name in NODES):
        key = option.rpartition(".")[2]
        if key in ALLOWED and not re.fullmatch(ALLOWED[key], str(value)):
            raise UserError(option, value, "must be a part of Hydra or a log handler")
        if str(value).startswith("ext://") and value not in ALLOWED_STREAMS:
            raise UserError(option, value, f"must be one of {', '.join(ALLOWED_STREAMS)}")


def _leaves(node: Any, option: str, keys: Iterable[Any] | None = None) -> Iterator[tuple[str, Any]]:
    """Yield dotted name and value of each leaf of `node`; interpolations are resolved, unresolvable ones left out."""
    if not isinstance(node, DictConfig | ListConfig):
        yield option, node
    else:
        inner: Any = node
        every: Iterable[Any] = node.keys() if isinstance(node, DictConfig) else range(len(node))
        for key in keys or every:
            try:
                yield from _leaves(inner[key], f"{option}.{key}")
            except OmegaConfBaseException:  # only a job has this value, such as hydra.job.num
                continue


def check_choices(overrides: Sequence[str]) -> None:
    """Raise UserError unless each choice is a name (of trackers, also a list of names).

    Hydra fails on loss=[0], and takes loss=sl.yaml or ../loss/sl, which would be recorded as the name of the loss.
    """
    try:
        found = parsed(overrides)
    except HydraException:  # Hydra itself refuses this, and says where
        return
    for override in found:
        group, value = override.key_or_group, override.value()
        names = value if isinstance(value, list) and group in SEVERAL else [value]
        if not group:
            raise UserError(f"{override.input_line}: must be option=value; --help lists the options")
        if (CONFIG_DIR / group).is_dir() and not all(map(_is_a_name, names)):
            text, known = override.get_value_element_as_str(), choices(group)
            raise UserError(group, text, f"{did_you_mean(Path(text).stem, known)}must be one of {', '.join(known)}")


def _is_a_name(choice: object) -> bool:
    """Whether `choice` may be one; false for numbers, lists and paths, but not for null and sweeps."""
    if isinstance(choice, str | QuotedString):
        text = choice if isinstance(choice, str) else choice.text
        return "/" not in text and not text.endswith((".yaml", ".yml"))
    return not isinstance(choice, list | dict | int | float)


def check_what_hydra_composes() -> None:
    """Patch Hydra so that each composition in this process calls `check_choices` before and `check_hydra` after it."""
    compose = ConfigLoaderImpl.load_configuration
    if hasattr(compose, "__wrapped__"):
        return

    @functools.wraps(compose)
    def checked(*arguments: Any, **options: Any) -> DictConfig:
        check_choices(options["overrides"])
        config = compose(*arguments, **options)
        check_hydra(config)
        return config

    ConfigLoaderImpl.load_configuration = checked  # type: ignore[method-assign]
