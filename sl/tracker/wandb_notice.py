"""What a run says of W&B on the console: one line at a time."""

from sl.say import say


def notice(text: str) -> None:
    """Print `text` as W&B's."""
    say(f"W&B: {text}")


def in_one_line(error: Exception) -> str:
    """The first line of what `error` says, or its kind where it says nothing.

    >>> in_one_line(TimeoutError()), in_one_line(OSError("No space left on device"))
    ('TimeoutError', 'No space left on device')
    """
    return (str(error).splitlines() or [""])[0] or type(error).__name__
