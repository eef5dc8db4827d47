"""The one kind of error that its reader can mend by changing what they typed or have on disk."""

import sys
from collections.abc import Callable
from typing import NoReturn


class _Missing:
    """Stands for "no value": None is a value that a user can give."""


MISSING = _Missing()


class UserError(ValueError):
    """Says in one line what is wrong, where, and what is allowed; commands exit with code 2 on it.

    ``UserError(option, value, rule)`` is about one option and prints ``option=value: rule``, for example
    ``UserError("noise.rate", 1.5, "must be a number in [0, 1)")``. ``UserError(message)`` is about anything else, such
    as a file. It is a ValueError, so code that uses the library catches what it would expect.
    """

    def __init__(self, subject: str, value: object = MISSING, rule: str = "") -> None:
        about_option = value is not MISSING
        super().__init__(f"{subject}={value}: {rule}" if about_option else subject)
        self.option = subject if about_option else None
        self.value, self.rule = value, rule


def fail(message: str) -> NoReturn:
    """Print `message` as the one line of an error and exit with code 2."""
    print(f"sl: error: {' '.join(message.split())}", file=sys.stderr, flush=True)
    sys.exit(2)


def run_script(main: Callable[[], int | None]) -> NoReturn:
    """End the process with the status that `main` gives, or on a UserError as `fail` does."""
    try:
        status = main()
    except UserError as error:
        fail(str(error))
    sys.exit(status)
