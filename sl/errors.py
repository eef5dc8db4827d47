"""The one kind of error that its reader can mend by changing what they typed or have on disk."""

import sys
from collections.abc import Callable
from typing import NoReturn


class UserError(ValueError):
    """Says in one line what is wrong, where, and what is allowed; commands exit with code 2 on it.

    It is a ValueError, so code that uses the library catches what it would expect.
    """


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
