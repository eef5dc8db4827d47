"""Prints without ending a run when the output is closed, the disk is full, or the terminal has only ASCII."""

import contextlib
import errno
import multiprocessing
import os
import sys
from collections.abc import Iterator

from sl.errors import fail, reason

READER_LEFT = 141  # the exit code that a shell gives: 128 + SIGPIPE


def say(text: str) -> None:
    """Print the line `text`; characters that the output cannot encode are escaped.

    Where nothing can be written any more, stderr says so once and later lines are dropped.
    """
    try:
        try:
            print(text, flush=True)
        except UnicodeEncodeError:
            encoding = sys.stdout.encoding
            print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)
    except (OSError, ValueError) as error:  # ValueError: the stream is closed
        _drop_output()
        warn(f"output cannot be written any more ({error}); the work continues")


def on_terminal() -> bool:
    """Whether one line can be redrawn: a terminal that no other worker of a sweep writes to and that knows Unicode."""
    if sys.stdout is None or sys.stdout.closed or multiprocessing.parent_process() is not None:
        return False
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    return unicode and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def warn(text: str) -> None:
    """Print `text` as one line on stderr, if that can be written to."""
    with contextlib.suppress(OSError, ValueError):
        print(f"sl: {' '.join(text.split())}", file=sys.stderr, flush=True)


noticed: set[str] = set()  # in this process, or in the one that gave it its work


def notice(text: str) -> None:
    """Print `text` as one line on stderr, once in a process: what a user should know although nothing is wrong."""
    if text not in noticed:
        noticed.add(text)
        warn(text)


@contextlib.contextmanager
def until_the_reader_leaves() -> Iterator[None]:
    """For the block that is a command: it ends silently where the reader of stdout has closed it, as ``| head`` does.

    Where the disk that stdout is written to is full, it ends with one line. Runs in training print by `say` and go on.
    """
    try:
        try:
            yield
        finally:
            print(end="", flush=True)  # nothing where there is no stdout
    except OSError as error:
        if not output_failed(error):
            raise
        _drop_output()
        if error.errno == errno.EPIPE:
            sys.exit(READER_LEFT)
        fail(f"output cannot be written: {reason(error)}")


def output_failed(error: Exception) -> bool:
    """Whether `error` comes from an output whose reader has left or whose disk is full."""
    return isinstance(error, OSError) and error.errno in (errno.EPIPE, errno.ENOSPC) and not error.filename


def _drop_output() -> None:
    """Send the rest of the output nowhere, what is still in its buffer too."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with contextlib.suppress(OSError, ValueError):
        os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - for the rest of the process
