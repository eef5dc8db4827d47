"""No page of the documentation says a section twice, as a slip in editing makes it."""

import re
from collections import Counter
from pathlib import Path

import pytest
from fences import PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_section_stands_once(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = Counter(re.findall(r"^#+ .*", text, re.MULTILINE))
    assert headings
    assert [heading for heading, count in headings.items() if count > 1] == []
