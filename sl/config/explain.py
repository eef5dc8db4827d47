"""Turns what Hydra and OmegaConf raise about a command line into one line: what, where, what is allowed."""

import re
from collections.abc import Iterator, Sequence

from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf import OmegaConf
from omegaconf.errors import (
    ConfigAttributeError,
    ConfigKeyError,
    GrammarParseError,
    InterpolationResolutionError,
    MissingMandatoryValue,
    OmegaConfBaseException,
    ValidationError,
)
from yaml import MarkedYAMLError, YAMLError  # type: ignore[import-untyped]

from sl.config.groups import choices, did_you_mean
from sl.config.messages import as_typed, not_given, unknown_option
from sl.config.schema import RunConfig, SearchConfig

# OSError and ValueError: folders that Hydra cannot make, flags that do not go together. RuntimeError: no scheduler.
CONFIG_ERRORS = (HydraException, OmegaConfBaseException, YAMLError, OSError, ValueError, RuntimeError)
WRONG_TYPES = {
    r"Value '(?P<value>.*)' of type '\w+' could not be converted to Float": "a number",
    r"Value '(?P<value>.*)' of type '\w+' could not be converted to Integer": "a whole number",
    r"Value '(?P<value>.*)' is not a valid bool": "true or false",
    r"Invalid value assigned: \w+ is not a ListConfig": "a list such as [a,b]",
    r"Invalid type assigned: \w+ is not a subclass of": "one of the options below it, option.name=value",
    r"Cannot convert '\w+' to string": "text",
    r"field '.*' is not Optional": "a value, not null",
}


def explain(error: BaseException, typed: Sequence[str] = ()) -> str:
    """One line for `error`, one of CONFIG_ERRORS; `typed` are the overrides of the command line."""
    for cause in _chain(error):
        line = _explain_one(cause, typed)
        if line:
            return line if isinstance(cause, MissingConfigException) else as_typed(line, typed)
    place = [override for override in typed if override.startswith("hydra")] or typed  # a launcher's, most likely
    return f"{' '.join(place)}: {str(error).split('Config search path:')[0]}"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _explain_one(error: BaseException, typed: Sequence[str]) -> str | None:
    if isinstance(error, OverrideParseException):
        return f"{error.override}: it cannot be read; allowed is option=value, in quotes what has = , or blanks in it"
    if isinstance(error, MissingConfigException):
        return _unknown_choice(error)
    if isinstance(error, MarkedYAMLError) and error.problem_mark:
        return f"{error.problem_mark.name}, line {error.problem_mark.line + 1}: it is no YAML: {error.problem}"
    if isinstance(error, OmegaConfBaseException) and error.full_key:
        return _explain_value(error)
    return _explain_text(str(error), typed)


def _explain_value(error: OmegaConfBaseException) -> str | None:
    option = re.sub(r"\[.*", "", error.full_key or "")
    if isinstance(error, ConfigAttributeError | ConfigKeyError):
        parent = error.parent_node
        in_a_run = parent is None or "." in option or OmegaConf.get_type(parent) in (RunConfig, SearchConfig)
        return unknown_option(option, [str(key) for key in parent or ()], in_a_run)
    if isinstance(error, MissingMandatoryValue):
        return not_given(option)
    if isinstance(error, ValidationError):
        return _wrong_type(option, str(error.msg))
    if isinstance(error, InterpolationResolutionError | GrammarParseError):
        return f"{option}: {str(error.msg).splitlines()[0]}"
    return None


def _explain_text(text: str, typed: Sequence[str]) -> str | None:
    """Errors that Hydra tells apart by their words alone."""
    if several := re.match(r"Ambiguous value for argument '(.*)'", text):
        return f"{several[1]}: several values are a sweep, add -m to train each; a list is written [a,b]"
    if no_group := re.match(r"Could not override '([^']+)'. No match in the defaults list", text):
        return (
            f"{no_group[1]}: this command has no such choice; "
            "scripts/reproduce.py takes experiment and scale, scripts/train.py all but experiment"
        )
    if in_file := re.match(r"In '(\S+)': \w+ raised while composing config:\s+(.*)\s+full_key: (\S+)", text):
        return f"{in_file[1]}.yaml: {_wrong_type(in_file[3], in_file[2])}"
    if missing := re.match(r"You must specify '([^']+)'", text):
        return not_given(missing[1])
    if text.startswith("Config group override must be a string"):
        groups = (override.partition("=")[0] for override in typed)
        return next((f"{name}: must be one of {', '.join(choices(name))}" for name in groups if choices(name)), None)
    return None


def _unknown_choice(error: MissingConfigException) -> str | None:
    group, _, choice = (error.missing_cfg_file or "").rpartition("/")
    allowed = error.options or choices(group)
    if not group or not allowed:
        return None
    return f"{group}={choice}: {did_you_mean(choice, allowed)}must be one of {', '.join(allowed)}"


def _wrong_type(option: str, text: str) -> str:
    for pattern, allowed in WRONG_TYPES.items():
        if match := re.match(pattern, text):
            value = match.groupdict().get("value")
            return f"{option}{'' if value is None else f'={value}'}: must be {allowed}"
    return f"{option}: {text.splitlines()[0]}"
