"""The results of audits of own data, for the group of runs on the same data."""

import json
from pathlib import Path
from typing import Any

from sl.comparison import RunGroup
from sl.errors import UserError, reason
from sl.files import link
from sl.report.figures import image


def suspects(group: RunGroup, audits: Path, out: Path) -> list[dict[str, Any]]:
    """Each audit of the data of `group` in the folder `audits`: summary, picture and path of the contact sheet.

    Published data have no audits here. Paths are relative to the folder `out`. UserError for a damaged audit.
    """
    if not group.head.labels_given:
        return []
    found = [(file, read(file)) for file in sorted(audits.glob("*/noise.json"))]
    return [
        {
            "summary": about.get("summary", file.parent.name),
            "page": link(file.with_name("suspects.html"), out),
            "image": image(file.with_name("suspects.png")),
        }
        for file, about in found
        if about.get("fingerprint") == group.head.data.fingerprint
    ]


def read(file: Path) -> dict[str, Any]:
    """The content of an audit's noise.json; UserError where it is damaged."""
    try:
        about = json.loads(file.read_text(encoding="utf-8"))
        return dict(about)
    except (OSError, ValueError, TypeError) as error:
        raise UserError(
            f"{file}: must be written by an audit ({reason(error)}); remove it or repeat that audit"
        ) from None
