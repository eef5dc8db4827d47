"""Turns what Hydra and OmegaConf raise about a command line into one line: what, where, what is allowed."""

import re

from hydra.errors import HydraException
from omegaconf.errors import ConfigAttributeError, ConfigKeyError, OmegaConfBaseException, ValidationError

TYPES = {"Float": "a number", "Integer": "a whole number", "Boolean": "true or false", "Bool": "true or false"}
CONFIG_ERRORS = (HydraException, OmegaConfBaseException)


def explain(error: BaseException) -> str:
    """One line for `error`, which is one of CONFIG_ERRORS."""
    text = str(error)
    missing = re.search(r"Could not find '([\w/]+)/(\S+?)'\s+Available options in '[\w/]+':\s+(.*)", text, re.DOTALL)
    if missing:
        group, choice, options = missing.groups()
        options = options.split("Config search path")[0].split()
        return f"{group}={choice}: allowed is one of {', '.join(options)}"
    for cause in _chain(error):
        if isinstance(cause, ConfigAttributeError | ConfigKeyError) and cause.full_key:
            return _unknown_key(cause)
        if isinstance(cause, ValidationError) and cause.full_key:
            return _wrong_type(cause)
    override = re.search(r"Could not override '([^']+)'", text)
    if override:
        return f"{override[1]}: there is no such option; python scripts/train.py --help lists them"
    return " ".join(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("See https"))


def _chain(error: BaseException | None) -> list[BaseException]:
    chain = []
    while error is not None:
        chain.append(error)
        error = error.__cause__
    return chain


def _unknown_key(error: OmegaConfBaseException) -> str:
    parent = error.parent_node
    allowed = sorted(str(key) for key in parent) if parent is not None else []
    allowed = [key for key in allowed if key not in ("_target_", "hydra")]
    return f"{error.full_key}: there is no such option; allowed here: {', '.join(allowed) or 'none'}"


def _wrong_type(error: OmegaConfBaseException) -> str:
    match = re.match(r"Value '(.*)' of type '\w+' could not be converted to (\w+)", str(error.msg))
    if match:
        return f"{error.full_key}={match[1]}: allowed is {TYPES.get(match[2], match[2])}"
    return f"{error.full_key}: {str(error.msg).splitlines()[0]}"
