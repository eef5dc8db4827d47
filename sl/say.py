"""Prints so that a closed output, a full disk or a terminal with only ASCII does not end a run."""

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

    If the output cannot be written any more, warn once on stderr and drop all later lines.
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
    """Whether a line can be redrawn: this is no worker process, and stdout is a terminal that can show Unicode."""
    if sys.stdout is None or sys.stdout.closed or multiprocessing.parent_process() is not None:
        return False
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    return unicode and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def warn(text: str) -> None:
    """Print `text` as one line on stderr; nothing happens if that cannot be written to."""
    with contextlib.suppress(OSError, ValueError):
        print(f"sl: {' '.join(text.split())}", file=sys.stderr, flush=True)


noticed: set[str] = set()  # texts printed by this process, or by the one that gave it its work


def notice(text: str) -> None:
    """Print `text` as one line on stderr, once per process: for what a user should know although nothing is wrong."""
    if text not in noticed:
        noticed.add(text)
        warn(text)


@contextlib.contextmanager
def until_the_reader_leaves() -> Iterator[None]:
    """Run a command inside the block: it exits silently (code 141) if the reader closes stdout, as ``| head`` does.

    If stdout goes to a full disk, the command exits with one line on stderr. Training prints with `say` and continues.
    """
    try:
        try:
            yield
        finally:
            print(end="", flush=True)  # does nothing if there is no stdout
    except OSError as error:
        if not output_failed(error):
            raise
        _drop_output()
        if error.errno == errno.EPIPE:
            sys.exit(READER_LEFT)
        fail(f"output cannot be written: {reason(error)}")


def output_failed(error: Exception) -> bool:
    """Whether `error` comes from an output whose reader has closed it or whose disk is full."""
    return isinstance(error, OSError) and error.errno in (errno.EPIPE, errno.ENOSPC) and not error.filename


def _drop_output() -> None:
    """Discard the rest of the output, including what is still in its buffer."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with contextlib.suppress(OSError, ValueError):
        os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - for the rest of the process
