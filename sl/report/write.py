"""Writes the report as one file that holds style, scripts and data: results/report/index.html."""

from collections.abc import Sequence
from pathlib import Path

from sl.files import replace_file, writing
from sl.html import whole_page
from sl.record import Run
from sl.report.contents import contents
from sl.tables.published import Literature

SCRIPTS = (
    "dom", "lines", "bars", "table", "behind", "verdicts", "figures", "compare", "confidence", "drawn", "suspects",
    "results", "top", "app",
)  # fmt: skip


def write(runs: Sequence[Run], literature: Literature, out: Path, figures: Path, audits: Path) -> str:
    """Write index.html of `runs` to the folder `out`; returns its path. UserError where it cannot be written.

    The pictures come from the folder `figures`, where `make figures` drew them, and from the audits in `audits`;
    UserError for a picture that cannot be read.
    """
    target, content = out / "index.html", page(runs, literature, out, figures, audits)
    with writing(out, "out"):
        replace_file(target, content)
    return str(target)


def page(runs: Sequence[Run], literature: Literature, out: Path, figures: Path, audits: Path) -> str:
    """The page as HTML; links to records are relative to `out`."""
    return whole_page("sl.report", SCRIPTS, contents(runs, literature, out, figures, audits))
