"""Shows the doctests of docstrings as code blocks; in Markdown their >>> would be quotations."""

import re
from typing import Any

import griffe

DOCTEST = re.compile(r"^>>> .*?(?=\n\s*\n|\Z)", re.MULTILINE | re.DOTALL)


class FenceDoctests(griffe.Extension):
    """Puts every doctest between fences."""

    def on_object(self, *, obj: griffe.Object, **kwargs: Any) -> None:
        """Called for every module, class and function."""
        if obj.docstring:
            obj.docstring.value = DOCTEST.sub(lambda found: f"```python\n{found[0]}\n```", obj.docstring.value)
