"""Builds HTML pages of one file, with style, scripts, data and pictures inside, which open from the file system."""

import base64
import json
from collections.abc import Sequence
from importlib.resources import files


def whole_page(package: str, scripts: Sequence[str], data: object) -> str:
    """The text of index.html in the folder page/ of `package`, with style.css, scripts and `data` (as JSON) inserted.

    The scripts are sl/html.js, which all pages share, and then `scripts` (names without .js) in the given order.
    """

    def part(name: str) -> str:
        return (files(package) / "page" / name).read_text(encoding="utf-8")

    shared = (files("sl") / "html.js").read_text(encoding="utf-8")

    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    parts = {
        "style": part("style.css"),
        "script": "\n".join([shared, *(part(f"{name}.js") for name in scripts)]),
        "data": text.replace("<", "\\u003c"),  # so that no text in the data can end its <script> element
    }
    page = part("index.html")
    for name, content in parts.items():
        page = page.replace(f"/*{name}*/", content, 1)
    return page


def data_uri(picture: bytes, kind: str) -> str:
    """The content of an image file of the `kind` png or jpeg as a data URI."""
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode('ascii')}"
