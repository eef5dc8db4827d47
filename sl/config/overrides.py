"""Parses and rewrites overrides as Hydra reads them, without composing anything."""

import re
from collections.abc import Sequence

from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import OverrideParseException

from sl.errors import UserError

# Options whose value is a path or a name, which may contain characters of Hydra's grammar
TEXT = re.compile(r"\+{0,2}([\w.]+\.)?(\w+_dir|name|labels|label|path|weights|transition|dir|out|runs|storage)")


def parsed(typed: Sequence[str]) -> list[Override]:
    """The overrides `typed`, parsed; raises Hydra's OverrideParseException if one cannot be parsed."""
    hydra = GlobalHydra.instance()
    loader = hydra.config_loader() if hydra.is_initialized() else None  # resolves loss=glob(*)
    return OverridesParser.create(loader).parse_overrides(list(typed))


def swept(typed: Sequence[str]) -> list[list[str]] | None:
    """For each override the list of its values, as overrides; None if a sweeper chooses values during the sweep.

    Raises UserError for a list that is empty, such as loss=glob(x*).
    """
    values = []
    for override in parsed(typed):
        if not override.is_sweep_override():
            values.append([override.input_line or ""])
        elif override.is_discrete_sweep():
            if not any(True for _ in override.sweep_string_iterator()):
                raise UserError(f"{override.input_line}: stands for no value or choice at all")
            values.append([f"{override.get_key_element()}={value}" for value in override.sweep_string_iterator()])
        else:
            return None  # an interval
    return values


def in_quotes(text: str) -> str:
    """`text` in quotes, so that Hydra reads it literally, whatever characters it has.

    >>> print(in_quotes("it's"))
    'it\\'s'
    """
    text = re.sub(r"(\\*)\$\{", r"\1\1\\${", text)  # a literal ${, not an interpolation
    text = re.sub(r"(\\*)('|$)", lambda found: found[1] * 2 + ("\\'" if found[2] else ""), text)
    return f"'{text}'"


def override(option: str, value: object) -> str:
    """`option=value` in Hydra's syntax; the value may have any characters, such as blanks, = and ${ in a path.

    >>> override("data_dir", "/data/mine"), override("data_dir", "/x/Dropbox (Personal)")
    ('data_dir=/data/mine', "data_dir='/x/Dropbox (Personal)'")
    """
    text = str(value)
    if re.fullmatch(r"[/A-Za-z][A-Za-z0-9_./-]*", text) and text.lower() not in ("null", "true", "false", "nan", "inf"):
        return f"{option}={text}"
    return f"{option}={in_quotes(text)}"


def with_quotes(argument: str, in_a_sweep: bool = False) -> str:
    """`argument`, one override, with quotes around a path or a name that Hydra cannot parse without them.

    A comma belongs to such a value; `in_a_sweep` it separates two values.

    >>> with_quotes("data_dir=pics (1)"), with_quotes("data_dir=a,b"), with_quotes("loss=[ce")
    ("data_dir='pics (1)'", 'data_dir=a,b', 'loss=[ce')
    >>> with_quotes("data_dir=Käfer,Bäume", in_a_sweep=True), with_quotes("data_dir='a, b',c (1)", in_a_sweep=True)
    ("data_dir='Käfer','Bäume'", "data_dir='a, b',c (1)")
    """
    option, given, value = argument.partition("=")
    if not given or not TEXT.fullmatch(option):
        return argument
    try:
        parsed([argument])
    except OverrideParseException:
        if in_a_sweep and re.search("['\"]", value):
            return argument  # partly quoted already: unknown which commas separate values
        return f"{option}={','.join(map(in_quotes, value.split(',') if in_a_sweep else [value]))}"
    return argument


def in_its_sweep(arguments: Sequence[str]) -> list[str]:
    """`arguments` of a sweep; an option that belongs to a swept choice becomes a sweep over its one value.

    Before the jobs Hydra composes a configuration without the swept choices, in which such an option does not exist.
    With a value that Hydra cannot sweep (null, an apostrophe, a number in quotes) it is added there by ++.

    >>> in_its_sweep(["loss=gce,agce", "loss.q=0.5", "seed=1"]), in_its_sweep(["loss=gce,agce", "loss.q=null"])
    (['loss=gce,agce', 'loss.q=choice(0.5)', 'seed=1'], ['loss=gce,agce', '++loss.q=null'])
    """
    choices = {each.key_or_group for each in map(_read, arguments) if each and each.is_sweep_override()}
    return [_as_sweep(each) if each.partition("=")[0].partition(".")[0] in choices else each for each in arguments]


def _as_sweep(argument: str) -> str:
    """`argument` as a sweep over its one value, or with ++ if the value would change; unchanged if it is a sweep."""
    option, _, value = argument.partition("=")
    fixed, wrapped = _read(argument), f"{option}=choice({value})"
    in_sweep = _read(wrapped)
    if fixed is None or fixed.is_sweep_override() or option.startswith(("+", "~")):
        return argument
    in_job = in_sweep and _read(f"{option}={next(in_sweep.sweep_string_iterator())}")
    return wrapped if in_job and repr(in_job.value()) == repr(fixed.value()) else f"++{argument}"


def _read(argument: str) -> Override | None:
    try:
        return parsed([argument])[0]
    except OverrideParseException:
        return None
