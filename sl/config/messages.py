"""The words for what is wrong with an option."""

import re
from collections.abc import Sequence

from sl.config.groups import choices, choices_with, did_you_mean, options


def as_typed(message: str, typed: Sequence[str]) -> str:
    """`message` (`option=value: ...` or `option: ...`) with its option as one of the overrides in `typed` has it.

    A value that comes from another option, as `dataset.data_dir` does from `data_dir`, is named as that one.

    >>> as_typed("recipe.lr=-1.0: must be more", ["seed=1", "recipe.lr=-1"])
    'recipe.lr=-1: must be more'
    >>> as_typed("dataset.data_dir=/x: there is nothing", ["data_dir=/x"])
    'data_dir=/x: there is nothing'
    """
    match = re.match(r"([\w./@]+)(=.*?)?(?=: )", message)
    if not match:
        return message
    option, value = match.groups()
    for override in (override.lstrip("+~") for override in typed):
        name = override.partition("=")[0]
        below = value is None and name.startswith(f"{option}.")
        same_source = override == f"{option.rpartition('.')[2]}{value}"
        if name == option or below or same_source:
            return override + message[match.end() :]
    return message


def not_given(option: str) -> str:
    """`option` has no value."""
    allowed = choices(option)
    return f"{option}: it has to be given" + (f"; must be one of {', '.join(allowed)}" if allowed else "")


def unknown_option(option: str, siblings: Sequence[str], in_a_run: bool = True, value: object = None) -> str:
    """`option` does not exist; `siblings` do in its place, and in a run all those of `options`."""
    given = option if value is None else f"{option}={value}"
    group, leaf = option.partition(".")[0], option.rpartition(".")[2]
    if in_a_run and (owners := choices_with(option)):
        return f"{given}: this option comes only with {' or '.join(f'{group}={owner}' for owner in owners)}"
    here = sorted(name for name in siblings if name not in ("_target_", "hydra"))
    hint = did_you_mean(leaf, here)
    if in_a_run and not hint:
        hint = did_you_mean(leaf, options())
    return f"{given}: there is no such option; {hint}allowed here: {', '.join(here) or 'none'}"
