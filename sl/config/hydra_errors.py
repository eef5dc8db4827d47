"""Turns exceptions of Hydra and OmegaConf into one line: what is wrong, where, and what is allowed."""

import os
import re
import shlex
from collections.abc import Iterator, Sequence

from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf import OmegaConf
from omegaconf.errors import (
    ConfigAttributeError,
    ConfigKeyError,
    ConfigTypeError,
    GrammarParseError,
    InterpolationResolutionError,
    MissingMandatoryValue,
    OmegaConfBaseException,
    ValidationError,
)
from yaml import MarkedYAMLError, YAMLError  # type: ignore[import-untyped]

from sl.config.groups import choices, groups_of
from sl.config.hydra_texts import PLAIN_LIST, explain_text, in_a_shell, no_such_group, wrong_interpolation, wrong_type
from sl.config.messages import as_typed, required, unknown_option
from sl.errors import UserError, did_you_mean
from sl.extras import install
from sl.options.run import RunConfig

# OSError and ValueError: a file that cannot be read, or is no text. RuntimeError: hundreds of brackets in each other.
# OverflowError: a whole number of hundreds of digits in the place of a float.
CONFIG_ERRORS = (HydraException, OmegaConfBaseException, YAMLError, OSError, ValueError, RuntimeError, OverflowError)
OTHER_NAMES = {("loss", "sce"): "sl"}  # without it, ce is the nearest


def explain(error: BaseException, typed: Sequence[str] = (), config_name: str = "config") -> UserError:
    """The UserError for an `error` of Hydra or OmegaConf; `typed` are the overrides on the command line.

    `config_name` is the running command's file in configs/.
    """
    for cause in _chain(error):
        if no_group := re.match(r"Could not override '([^']+)'. No match in the defaults list", str(cause)):
            return as_typed(no_such_group(no_group[1], config_name), typed)
        if found := _explain_one(cause, typed, config_name):
            return found if isinstance(cause, MissingConfigException) else as_typed(found, typed)
    place = [override for override in typed if override.startswith("hydra")] or typed  # likely a launcher's option
    said = str(error).split("Config search path:")[0] or type(error).__name__
    return UserError(f"{' '.join(place)}: {said}")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _explain_one(error: BaseException, typed: Sequence[str], config_name: str) -> UserError | None:
    if isinstance(error, UserError):
        return error
    if isinstance(error, OverrideParseException):
        return UserError(f"{error.override}: must be option=value; {_instead(str(error.override), config_name)}")
    if isinstance(error, MissingConfigException):
        return _unknown_choice(error)
    if isinstance(error, MarkedYAMLError) and error.problem_mark:
        where = f"{error.problem_mark.name}, line {error.problem_mark.line + 1}"
        return UserError(f"{where}: must be YAML: {error.problem}")
    if isinstance(error, OmegaConfBaseException) and error.full_key:
        return _explain_value(error)
    return explain_text(str(error), typed, config_name)


def _instead(argument: str, config_name: str) -> str:
    """A hint on what to type in place of an `argument` that Hydra cannot parse."""
    option, given, value = argument.partition("=")
    if given and value.endswith(","):
        return f"several values are written without blanks: {option}={value}VALUE"
    if given:
        nested = value.startswith(("[", "{")) and not re.fullmatch(PLAIN_LIST, value)
        example = "" if nested else f": {in_a_shell(option, value)}"
        return f"a value with = , ~ or blanks must be in quotes{example}"
    if "dataset" in groups_of(config_name) and os.path.isdir(argument):
        return f"did you mean dataset=folder {shlex.quote(f'data_dir={argument}')}?"
    return "--help lists the options"


def _explain_value(error: OmegaConfBaseException) -> UserError | None:
    option = re.sub(r"\[.*", "", error.full_key or "")
    if isinstance(error, ConfigAttributeError | ConfigKeyError):
        parent = error.parent_node
        in_a_run = parent is None or "." in option or issubclass(OmegaConf.get_type(parent) or object, RunConfig)
        return unknown_option(option, [str(key) for key in parent or ()], in_a_run)
    if isinstance(error, MissingMandatoryValue):
        return required(option)
    if isinstance(error, InterpolationResolutionError | GrammarParseError):
        return wrong_interpolation(option, str(error.msg))
    if isinstance(error, ValidationError | ConfigTypeError):
        return wrong_type(option, str(error.msg))
    return None


def _unknown_choice(error: MissingConfigException) -> UserError | None:
    group, _, choice = (error.missing_cfg_file or "").rpartition("/")
    known = error.options or choices(group)
    if group == "hydra/launcher" and choice.startswith("submitit_"):  # configs/hydra/launcher/slurm.yaml builds on it
        return UserError(f"{group}={choice}: hydra-submitit-launcher is not installed: {install(['slurm'])}")
    if not group or not known:
        return None
    meant = OTHER_NAMES.get((group, choice.lower()), choice)
    of_torchvision = group == "model" and _torchvision_has(choice)
    hint = f"did you mean model=torchvision model.name={choice}? " if of_torchvision else did_you_mean(meant, known)
    return UserError(group, choice, f"{hint}must be one of {', '.join(known)}")


def _torchvision_has(network: str) -> bool:
    try:
        from torchvision import models
    except ImportError:
        return False
    return network in models.list_models(module=models)
