"""The Python in docs/losses.md runs."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "losses.md"


def test_python_of_the_page_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(block, {"__name__": "page"})
