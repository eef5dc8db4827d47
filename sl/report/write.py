"""Puts style, script and data into one page that needs nothing else: results/report/index.html."""

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from sl.claims import Literature
from sl.errors import UserError
from sl.files import replace_file
from sl.record import Run
from sl.report.contents import contents

SCRIPTS = (
    "dom",
    "lines",
    "bars",
    "table",
    "behind",
    "verdicts",
    "figures",
    "compare",
    "confidence",
    "drawn",
    "suspects",
    "results",
    "top",
    "app",
)


def write(runs: Sequence[Run], literature: Literature, out: Path, figures: Path, audits: Path | None = None) -> str:
    """Write index.html of `runs` to the folder `out`; returns its path. UserError where it cannot be written.

    Pictures are taken from the folder `figures`, where `make figures` drew them, and from audits in `audits`.
    """
    target = out / "index.html"
    text = page(runs, literature, out, figures, audits)
    try:
        out.mkdir(parents=True, exist_ok=True)
        replace_file(target, text)
    except OSError as error:
        raise UserError(f"out={out}: not writable ({error.strerror})") from None
    return str(target)


def page(runs: Sequence[Run], literature: Literature, out: Path, figures: Path, audits: Path | None = None) -> str:
    """The page as HTML; links to records are relative to `out`."""
    shown = contents(runs, literature, out, figures, audits)
    data = json.dumps(shown, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    parts = {
        "style": _part("style.css"),
        "script": "\n".join(_part(f"{name}.js") for name in SCRIPTS),
        "data": data.replace("<", "\\u003c"),  # no text in the data can end the element that holds it
    }
    text = _part("index.html")
    for name, part in parts.items():
        text = text.replace(f"/*{name}*/", part, 1)
    return text


def _part(name: str) -> str:
    return (files("sl.report") / "page" / name).read_text(encoding="utf-8")
