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
from sl.config.messages import as_typed, required, unknown_option
from sl.config.overrides import TEXT, in_quotes
from sl.errors import MISSING, UserError, did_you_mean
from sl.extras import install
from sl.options.run import RunConfig

# OSError and ValueError: a file that cannot be read, or is no text. RuntimeError: hundreds of brackets in each other.
# OverflowError: a whole number of hundreds of digits in the place of a float.
CONFIG_ERRORS = (HydraException, OmegaConfBaseException, YAMLError, OSError, ValueError, RuntimeError, OverflowError)
WRONG_TYPES = {
    r"Value '(?P<value>.*)' of type '\w+' could not be converted to Float": "a number",
    r"int too large to convert to float": "a number between -1.8e308 and 1.8e308",
    r"Value '(?P<value>.*)' of type '\w+' could not be converted to Integer": "a whole number",
    r"Value '(?P<value>.*)' is not a valid bool": "true or false",
    r"Invalid value assigned: \w+ is not a ListConfig|Cannot merge DictConfig with ListConfig[\s\S]*_type=List": (
        "a list such as [a,b]"
    ),
    r"Invalid type assigned: \w+ is not a subclass of|Cannot (merge DictConfig with ListConfig|assign \w+ to Dict)": (
        "set by its options, {option}.NAME=VALUE"
    ),
    r"Cannot convert '\w+' to string": "text",
    r"field '.*' is not Optional": "a value, not null",
}


def explain(error: BaseException, typed: Sequence[str] = (), config_name: str = "config") -> UserError:
    """The UserError for an `error` of Hydra or OmegaConf; `typed` are the overrides on the command line.

    `config_name` is the running command's file in configs/.
    """
    for cause in _chain(error):
        if no_group := re.match(r"Could not override '([^']+)'. No match in the defaults list", str(cause)):
            rule = f"this command has no such group of choices; must be one of {', '.join(groups_of(config_name))}"
            return as_typed(UserError(no_group[1], rule=rule), typed)
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
    return _explain_text(str(error), typed)


def _instead(argument: str, config_name: str) -> str:
    """A hint on what to type in place of an `argument` that Hydra cannot parse."""
    option, given, value = argument.partition("=")
    if given:
        example = "" if value.startswith(("[", "{")) else f": {_in_a_shell(option, value)}"
        return f"a value with = , ~ or blanks must be in quotes{example}"
    if "dataset" in groups_of(config_name) and os.path.isdir(argument):
        return f"did you mean dataset=folder {shlex.quote(f'data_dir={argument}')}?"
    return "--help lists the options"


def _in_a_shell(option: str, value: str) -> str:
    """`option=value` with the quotes that Hydra needs, inside the quotes that the shell needs."""
    text = f"{option}={in_quotes(value)}"
    return shlex.quote(text) if re.search(r'["$`\\!]', text) else f'"{text}"'


def _explain_value(error: OmegaConfBaseException) -> UserError | None:
    option = re.sub(r"\[.*", "", error.full_key or "")
    if isinstance(error, ConfigAttributeError | ConfigKeyError):
        parent = error.parent_node
        in_a_run = parent is None or "." in option or issubclass(OmegaConf.get_type(parent) or object, RunConfig)
        return unknown_option(option, [str(key) for key in parent or ()], in_a_run)
    if isinstance(error, MissingMandatoryValue):
        return required(option)
    if isinstance(error, ValidationError | ConfigTypeError):
        return _wrong_type(option, str(error.msg))
    if isinstance(error, InterpolationResolutionError | GrammarParseError):
        return UserError(option, rule=str(error.msg).splitlines()[0])
    return None


def _explain_text(text: str, typed: Sequence[str]) -> UserError | None:
    """The UserError for exceptions that differ only in their text; None for other texts."""
    if several := re.match(r"Ambiguous value for argument '(.*)'", text):
        option, _, value = several[1].partition("=")
        comma = f"; a comma in a path or name: {_in_a_shell(option, value)}" if TEXT.fullmatch(option) else ""
        rule = f"several values are a sweep, add -m to train each; a list is written [a,b]{comma}"
        return UserError(f"{several[1]}: {rule}")
    if in_file := re.match(r"In '(\S+)': \w+ raised while composing config:\s+(.*\s+full_key: (\S+)[\s\S]*)", text):
        return UserError(f"{in_file[1]}.yaml: {_wrong_type(in_file[3], in_file[2])}")
    if too_large := re.match(r"(int too large .*)\s+full_key: (\S+)", text):
        return _wrong_type(too_large[2], too_large[1])
    if missing := re.match(r"You must specify '([^']+)'", text):
        return required(missing[1])
    if text.startswith("Config group override must be a string"):
        groups = (override.partition("=")[0] for override in typed)
        return next((required(name) for name in groups if choices(name)), None)
    return None


def _unknown_choice(error: MissingConfigException) -> UserError | None:
    group, _, choice = (error.missing_cfg_file or "").rpartition("/")
    known = error.options or choices(group)
    if group == "hydra/launcher" and choice.startswith("submitit_"):  # configs/hydra/launcher/slurm.yaml builds on it
        return UserError(f"{group}={choice}: hydra-submitit-launcher is not installed: {install(['slurm'])}")
    if not group or not known:
        return None
    of_torchvision = group == "model" and _torchvision_has(choice)
    hint = f"did you mean model=torchvision model.name={choice}? " if of_torchvision else did_you_mean(choice, known)
    return UserError(group, choice, f"{hint}must be one of {', '.join(known)}")


def _torchvision_has(network: str) -> bool:
    try:
        from torchvision import models
    except ImportError:
        return False
    return network in models.list_models(module=models)


def _wrong_type(option: str, text: str) -> UserError:
    for pattern, rule in WRONG_TYPES.items():
        if match := re.match(pattern, text):
            value = match.groupdict().get("value", MISSING)
            return UserError(option, value, f"must be {rule.format(option=option)}")
    return UserError(option, rule=text.splitlines()[0])
