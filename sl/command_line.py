"""Runs the small commands: their options, typed as OPTION=VALUE, are the parameters of their `main`."""

import inspect
import math
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import NoneType
from typing import Any, Literal, NoReturn, get_args, get_origin, get_type_hints

import sl
from sl.checks import one_of
from sl.errors import UserError, did_you_mean, fail, print_any_name, reason
from sl.files import expanded
from sl.signals import until_interrupted


@until_interrupted()
def run_script(main: Callable[..., int | None]) -> NoReturn:
    """Call `main` with the options of the command line and end the process with the status that it returns.

    A UserError, or an OSError that names a file, is printed in one line. ``--help`` prints the docstring of `main` with
    the defaults.
    """
    print_any_name()
    arguments = sys.argv[1:]
    try:
        if {"-h", "--help"} & {*arguments}:
            status = print(help_text(main))
        elif "--version" in arguments:
            status = print(f"sl {sl.__version__}")
        else:
            status = main(**read_options(main, arguments))
    except UserError as error:
        fail(str(error))
    except OSError as error:
        if not error.filename:
            raise
        fail(f"{error.filename}: {reason(error)}")
    sys.exit(status)


def help_text(main: Callable[..., Any]) -> str:
    """What --help prints: the usage, the docstring of `main` and the default of each option."""
    parameters = inspect.signature(main).parameters.values()
    given = [parameter for parameter in parameters if parameter.default is not parameter.empty]
    needed = [each.name.upper() for each in parameters if each.default is each.empty and each.kind != each.VAR_KEYWORD]
    usage = " ".join([Path(sys.argv[0]).name, *needed, "[OPTION=VALUE ...]"])
    defaults = "\n".join(f"  {parameter.name}={_shown(parameter.default)}" for parameter in given)
    return f"Usage: {usage}\n\n{inspect.getdoc(main)}\n\nBy default:\n{defaults}"


def read_options(main: Callable[..., Any], arguments: Sequence[str]) -> dict[str, Any]:
    """The values in `arguments` (OPTION=VALUE each) by option, converted to the types of the parameters of `main`.

    A parameter without a default is required, and its name may be left out. A `main` with **parameters takes other
    names too. Raises UserError for an unknown option, a value of another type or a missing one.

    >>> from pathlib import Path
    >>> def main(model: Path, seeds: tuple[int, ...] = (), jobs: int | None = None) -> None: ...
    >>> read_options(main, ["kept.json", "seeds=0,1", "jobs=null"])
    {'model': PosixPath('kept.json'), 'seeds': (0, 1), 'jobs': None}
    """
    types, parameters = get_type_hints(main), inspect.signature(main).parameters
    known = [name for name, parameter in parameters.items() if parameter.kind is not parameter.VAR_KEYWORD]
    others = next((name for name in parameters if name not in known), None)
    required = [name for name in known if parameters[name].default is inspect.Parameter.empty]
    values: dict[str, Any] = {}
    for argument in arguments:
        name, given, text = argument.partition("=")
        unnamed = [name for name in required if name not in values]
        if unnamed and (not given or "/" in name) and not argument.startswith("-"):  # a path may hold =
            name, text = unnamed[0], argument
        elif not given:
            raise UserError(f"{argument}: must be OPTION=VALUE, with one of {', '.join(known)}")
        elif name not in known and not others:
            rule = f"there is no such option; {did_you_mean(name, known)}must be one of {', '.join(known)}"
            raise UserError(name, text, rule)
        values[name] = _read(name, text, types[name if name in known else str(others)])
    for name in required:
        if name not in values:
            raise UserError(name, rule="is required")
    return values


def _read(name: str, text: str, kind: Any) -> Any:
    if NoneType in get_args(kind):
        inner = next(part for part in get_args(kind) if part is not NoneType)
        return None if text == "null" else _read(name, text, inner)
    if get_origin(kind) is tuple:
        parts = [] if text == "[]" else text.removeprefix("[").removesuffix("]").split(",")
        return tuple(_read(name, part, get_args(kind)[0]) for part in parts)
    if get_origin(kind) is Literal:
        return one_of(name, text, get_args(kind))
    if kind is bool:
        return one_of(name, text, ("true", "false")) == "true"
    if kind is int:
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise UserError(name, text, "must be a whole number")
        return int(text)
    if kind is float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise UserError(name, text, "must be a number")
        return number
    if kind is str:
        return text
    return expanded(name, text)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{','.join(map(str, value))}]"
    return str(value).lower().replace("none", "null") if value is None or isinstance(value, bool) else str(value)
