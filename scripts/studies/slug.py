"""Makes names for files and command lines from titles."""

import re


def slug(text: str) -> str:
    """`text` in lower-case letters, digits and dashes.

    >>> slug("digits, symmetric 20 %")
    'digits-symmetric-20'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
