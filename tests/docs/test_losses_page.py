"""The Python in docs/losses.md runs."""

from fences import ROOT, blocks


def test_python_of_the_page_runs() -> None:
    python = [block.text for block in blocks(ROOT / "docs" / "losses.md") if block.language == "python"]
    assert python
    for text in python:
        exec(text, {"__name__": "page"})
