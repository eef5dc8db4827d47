"""What a user should know although nothing is wrong enough to stop: one line each."""

from functools import cache

from sl.say import warn


@cache
def notice(text: str) -> None:
    """Print `text` as one line on stderr, once in a process."""
    warn(text)
