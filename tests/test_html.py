"""Pages that hold their scripts: every page has the shared ones, and none states them again."""

import re
from collections.abc import Sequence

import pytest

from sl.html import whole_page
from sl.report.write import SCRIPTS


@pytest.mark.parametrize(("package", "scripts"), [("sl.audit", ["sample", "sheet"]), ("sl.report", SCRIPTS)])
def test_elements_are_made_by_one_file(package: str, scripts: Sequence[str]) -> None:
    (script,) = re.findall(r"<script>(.*?)</script>", whole_page(package, scripts, {}), re.S)
    assert script.startswith('"use strict";')  # it holds for all of a script that it begins
    for name in ("el", "byId", "attach"):
        assert len(re.findall(rf"\b(?:function|const) {name}\b", script)) == 1
    assert whole_page(package, [], {}).count("function el(") == 1
