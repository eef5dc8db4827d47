"""Inserts generated text into a page that a person writes, between two marks in the page's source."""

from pathlib import Path

from sl.errors import UserError, reason
from sl.files import replace_file


def fill(page: Path, content: str, name: str = "results") -> str:
    """Replace the text between the marks of `name` in `page`; returns a line that says what was written.

    Raises UserError if the page cannot be read or written, or a mark is missing.
    """
    begin, end = (f"<!-- {name}:{edge} -->" for edge in ("begin", "end"))
    try:
        text = page.read_bytes().decode()  # line ends stay as they are
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{page}: must be a page to fill: {reason(error)}") from None
    head, found, rest = text.partition(begin)
    _, closed, tail = rest.partition(end)
    if not found or not closed:
        raise UserError(f"{page}: must contain the marks {begin} and {end}, in this order")
    try:
        replace_file(page, f"{head}{begin}\n\n{content}\n\n{end}{tail}")
    except OSError as error:
        raise UserError(f"{page}: cannot be written: {reason(error)}") from error
    return f"{page}, the part between its marks {name}"
