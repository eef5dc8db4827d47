"""The code blocks of the documentation."""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


class Block(NamedTuple):
    """A code block: the title it stands under, its language, its text."""

    title: str
    language: str
    text: str


def blocks(page: Path) -> Iterator[Block]:
    """The fenced and the indented code blocks of a page, in order; indented ones have the language `indented`.

    An indented paragraph below a list's entry is text.
    """
    title, before, lines, in_list = "", "", list[str](), False
    language: str | None = None
    for line in [*page.read_text(encoding="utf-8").splitlines(), ""]:
        fence = re.match(r"\s*```(\w*)", line)
        if language is None and line and not line.startswith(" "):
            in_list = bool(re.match(r"(\d+\.|-) ", line))
        if language is None and line.startswith("#"):
            title = line.lstrip("# ")
        elif (fence and language is not None) or (language == "indented" and not line.startswith("    ")):
            yield Block(title, language, textwrap.dedent("\n".join(lines)))
            language, lines = None, []
        elif fence:
            language = fence[1]
        elif language is not None:
            lines.append(line)
        elif line.startswith("    ") and not before and not in_list:
            language, lines = "indented", [line]
        before = line
