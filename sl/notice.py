"""What a user should know although nothing is wrong enough to stop: one line each."""

import sys
from contextlib import suppress
from functools import cache


@cache
def notice(text: str) -> None:
    """Print `text` as one line on stderr, once in a process; a stream that takes nothing more stops no run."""
    with suppress(OSError, ValueError):
        print(f"sl: {' '.join(text.split())}", file=sys.stderr, flush=True)
