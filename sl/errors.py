"""The error for a mistake that the user can correct: in what they typed, or in a file."""

import copyreg
import difflib
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Any, NoReturn


class _Missing:
    """Stands for "no value": None is a value that a user can give."""


MISSING = _Missing()


class UserError(ValueError):
    """Says in one line what is wrong, where, and what is allowed; commands exit with code 2 on it.

    ``UserError(option, value, rule)`` is about one option and prints ``option=value: rule``, for example
    ``UserError("noise.rate", 1.5, "must be a number in [0, 1)")``; without a value, ``UserError(option, rule="is
    required")``, it prints ``option: rule``. ``UserError(message)`` is about anything else, such as a file. It is a
    ValueError, which code that uses the library expects for a wrong value.
    """

    def __init__(self, subject: str, value: object = MISSING, rule: str = "") -> None:
        given = subject if value is MISSING else f"{subject}={value}"
        super().__init__(f"{given}: {rule}" if rule else given)
        self.option = subject if rule else None
        self.value, self.rule = value, rule

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the message and the option, so that another process gets them without a second call of `__init__`."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]

    def under(self, node: str) -> "UserError":
        """The same error about an option of the configuration node `node`: ``rate`` under noise is ``noise.rate``.

        An error whose option is under `node` already, or that is about no option, is returned as it is.
        """
        if self.option is None or self.option == node or self.option.startswith(f"{node}."):
            return self
        value = "null" if self.value is None else self.value  # None is written null in a configuration
        return UserError(f"{node}.{self.option}", value, self.rule)


@contextmanager
def under(option: str) -> Iterator[None]:
    """Inside the block, a UserError about a parameter is raised again with the name of `option` before it."""
    try:
        yield
    except UserError as error:
        raise error.under(option) from error


def reason(error: BaseException) -> str:
    """The message of `error` in one line; for an OSError only its reason, without number and file.

    >>> reason(FileNotFoundError(2, "No such file or directory", "a.csv")), reason(EOFError())
    ('No such file or directory', 'EOFError')
    """
    said = (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__
    return " ".join(said.split())


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The question that proposes the one of `known` that is close to `word` or has it as its last part; else empty.

    Upper and lower case count as equal.

    >>> did_you_mean("symetric", ["none", "symmetric", "asymmetric"])
    'did you mean symmetric? '
    >>> did_you_mean("Epochs", ["recipe.epochs", "seed"])
    'did you mean recipe.epochs? '
    """
    word, lower = word.lower(), {name.lower(): name for name in sorted(known)}
    near = [name for name in lower if name.rpartition(".")[2] == word] or difflib.get_close_matches(word, lower, n=1)
    return f"did you mean {lower[near[0]]}? " if near else ""


def fail(message: str) -> NoReturn:
    """Print `message` on stderr as an error of one line and exit with code 2."""
    print(f"sl: error: {' '.join(message.split())}", file=sys.stderr, flush=True)
    sys.exit(2)


def print_any_name() -> None:
    """From now on, stdout and stderr print characters that the terminal's encoding lacks as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
