"""Hydra's and OmegaConf's messages, recognised by their texts, in words of this project."""

import re
import shlex
from collections.abc import Callable, Sequence

from sl.config.groups import groups_of, options
from sl.config.messages import required, unknown_option
from sl.config.overrides import TEXT, in_quotes
from sl.errors import MISSING, UserError, did_you_mean
from sl.paths import CONFIG_DIR

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
    r"field '.*' is not Optional|Incompatible value 'None'": "a value, not null",
    r"Invalid value '.*', expected one of \[(?P<known>.*)\]": "one of {known}",
}
PLAIN_LIST = r"\[([^][{}'\"]+)\]"  # without quotes or brackets inside
FOUND_IN_FILE = re.compile(r"In '(\S+)': \w+ raised while composing config:\s+(.*\s+full_key: (\S+)[\s\S]*)")


def wrong_type(option: str, text: str) -> UserError:
    """The error for the value of `option` that OmegaConf refuses with `text`."""
    if "does not support deletion" in text:
        return required(option)
    for pattern, rule in WRONG_TYPES.items():
        if match := re.match(pattern, text):
            parts = match.groupdict()
            allowed = rule.format(option=option, known=parts.get("known"))
            return UserError(option, parts.get("value", MISSING), f"must be {allowed}")
    return UserError(option, rule=text.splitlines()[0])


def wrong_interpolation(option: str, text: str) -> UserError:
    """The error for an interpolation in the value of `option` that OmegaConf cannot resolve, and so says `text`."""
    if inner := re.match(r"While dereferencing interpolation '.*?': ([\s\S]*)", text):
        return UserError(option, rule=wrong_type(option, inner[1]).rule)
    if key := re.match(r"Interpolation key '(.+)' not found", text):
        return UserError(option, rule=f"${{{key[1]}}} names no option; {did_you_mean(key[1], options())}".rstrip("; "))
    if variable := re.search(r"Environment variable '(.+)' not found", text):
        return UserError(option, rule=f"the environment variable {variable[1]} must be set")
    if "Recursive interpolation" in text:
        return UserError(option, rule="must not be made of its own value")
    return UserError(option, rule=f"must be text, ${{OPTION}} or ${{oc.env:VARIABLE}} ({text.splitlines()[0]})")


def explain_text(text: str, typed: Sequence[str], config_name: str) -> UserError | None:
    """The error for an exception that only its text tells from others; None for other texts.

    `typed` are the overrides on the command line, `config_name` is the running command's file in configs/.
    """
    for pattern, explained in TEXTS.items():
        if found := re.match(pattern, text):
            return explained(found)
    if in_file := FOUND_IN_FILE.match(text):
        file, message, option = in_file.groups()
        return _in_file(file, message, option, config_name)
    if text.startswith("BasicSweeper does not support"):
        interval = next((override for override in typed if "interval(" in override), " ".join(typed))
        return UserError(f"{interval}: must list its values, such as 0.1,1 or range(1,5)")
    if text.startswith("Config group override must be a string"):
        nulls = [name for name, _, value in _parts(typed) if value.lower() == "null" and (CONFIG_DIR / name).is_dir()]
        return _no_choice(nulls[0]) if nulls else None
    if template := re.match(r"Error resolving interpolation '(\S+)'", text):  # such as ${scale}_${dataset}
        used = re.findall(r"\$\{(\w+)\}", template[1])
        return next((_no_choice(name) for name, *_ in _parts(typed) if name in used), None)
    return None


def no_such_group(group: str, config_name: str) -> UserError:
    """The error for a choice that the command, whose file in configs/ is `config_name`, does not have."""
    rule = f"this command has no such group of choices; must be one of {', '.join(groups_of(config_name))}"
    return UserError(group, rule=rule)


def in_a_shell(option: str, value: str) -> str:
    """`option=value` with the quotes that Hydra needs, inside the quotes that the shell needs.

    >>> print(in_a_shell("data_dir", "a,b"), in_a_shell("overrides", "[seed=1,loss=ce]"))
    "data_dir='a,b'" "overrides=['seed=1','loss=ce']"
    """
    items = re.fullmatch(PLAIN_LIST, value)
    text = f"{option}=[{','.join(map(in_quotes, items[1].split(',')))}]" if items else f"{option}={in_quotes(value)}"
    return shlex.quote(text) if re.search(r'["$`\\!]', text) else f'"{text}"'


def _parts(typed: Sequence[str]) -> list[tuple[str, str, str]]:
    return [override.lstrip("+~").partition("=") for override in typed]


def _no_choice(group: str) -> UserError:
    return UserError(group, rule="must be a choice, not null") if "/" in group else required(group)


def _in_file(file: str, text: str, option: str, config_name: str) -> UserError:
    """The error for an `option` in the configuration `file`, or for a file of a group that the command lacks."""
    if not re.match(r"Key '.*' not in ", text):
        return UserError(f"{file}.yaml: {wrong_type(option, text)}")
    if file.startswith(f"{option}/"):
        return no_such_group(option, config_name)
    prefix = f"{option.rpartition('.')[0]}.".lstrip(".")
    siblings = {name.removeprefix(prefix).partition(".")[0] for name in options() if name.startswith(prefix)}
    return UserError(f"{file}.yaml: {unknown_option(option, sorted(siblings))}")


def _several(found: re.Match[str]) -> UserError:
    option, _, value = found[1].partition("=")
    comma = f"; a comma in a path or name: {in_a_shell(option, value)}" if TEXT.fullmatch(option) else ""
    rule = f"several values are a sweep, add -m to train each; a list is written [a,b]{comma}"
    return UserError(f"{found[1]}: {rule}")


def _not_there(found: re.Match[str]) -> UserError:
    if found[1] in options():  # Hydra says the same of an option that is null
        return UserError(found[1], rule="is null, so this removes nothing")
    return UserError(found[1], rule=f"there is no such option; {did_you_mean(found[1], options())}--help lists them")


TEXTS: dict[str, Callable[[re.Match[str]], UserError]] = {
    r"Ambiguous value for argument '(.*)'": _several,
    r"Sweep parameters '(.*)' requires --multirun": _several,
    r"(int too large .*)\s+full_key: (\S+)": lambda found: wrong_type(found[2], found[1]),
    r"You must specify '([^']+)'": lambda found: required(found[1]),
    r"Multiple values for (\S+)\. To override": lambda found: UserError(
        found[1], rule="has a choice already; leave out the + to make another"
    ),
    r"Could not append to config\. An item is already at '(\S+)'": lambda found: UserError(
        found[1], rule="has a value already; leave out the + to change it"
    ),
    r"Could not delete from config\. '(\S+)' does not exist": _not_there,
    r"Could not delete from config\. The value of '(\S+)' is (.*) and not ": lambda found: UserError(
        found[1], rule=f"is {found[2]}, so this removes nothing; ~{found[1]} removes it"
    ),
    r"Could not delete '(.*)=.*'\. No match": lambda found: UserError(
        found[1], rule="is not the choice, so this removes nothing"
    ),
    r"Could not override '(\S+)'\.\s+Did you mean to override (.+)\?": lambda found: UserError(
        found[1], rule=f"there is no such choice; did you mean {found[2]}?"
    ),
}
