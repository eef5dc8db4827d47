"""Checks the flags of a command that Hydra configures (--help, -m, --cfg, ...) and puts OPTION=VALUE before them."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from hydra._internal.utils import get_args_parser

from sl.config.overrides import in_its_sweep, with_quotes
from sl.errors import UserError


def checked(arguments: Sequence[str]) -> list[str]:
    """`arguments` with the overrides first and in the form that Hydra needs (`with_quotes`, `in_its_sweep`).

    Raises UserError for a flag that Hydra does not have, or whose value is missing or not allowed.
    """
    parser, ordered = get_args_parser(), overrides_first(arguments)
    parser.error = _refuse  # type: ignore[method-assign]  # argparse would print its usage and exit
    known, unknown = parser.parse_known_args(ordered)
    flags = [argument for argument in unknown if argument.startswith("-")]
    if flags:
        raise _no_flag(flags[0], arguments)
    count = len(known.overrides)
    overrides = [with_quotes(each, known.multirun) for each in ordered[:count]]
    return [*(in_its_sweep(overrides) if known.multirun else overrides), *ordered[count:]]


def _refuse(message: str) -> NoReturn:
    raise UserError(f"{message}; --hydra-help lists the flags")


def _no_flag(flag: str, arguments: Sequence[str]) -> UserError:
    """The error for an unknown `flag` among `arguments`; it says what to type instead."""
    name, _, value = flag.partition("=")
    after = [*arguments, ""][arguments.index(flag) + 1] if flag in arguments else ""
    value = value or (after if after and not after.startswith("-") and "=" not in after else "VALUE")
    command = Path(sys.argv[0]).name
    return UserError(f"{name}: options are written {name.lstrip('-')}={value}; {command} --help lists them")


def overrides_first(arguments: Sequence[str]) -> list[str]:
    """`arguments` with every OPTION=VALUE before the flags: only there argparse accepts all of them.

    >>> overrides_first(["loss=ce", "--cfg", "job", "seed=1", "-m"])
    ['loss=ce', 'seed=1', '--cfg', 'job', '-m']
    """
    takes_value = {name for action in get_args_parser()._actions if action.nargs != 0 for name in action.option_strings}
    overrides: list[str] = []
    flags: list[str] = []
    for argument in arguments:
        of_flag = argument.startswith("-") or (flags and flags[-1] in takes_value)
        (flags if of_flag else overrides).append(argument)
    return [*overrides, *flags]
