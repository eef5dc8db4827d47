"""What audits found among the labels of own data, beside the runs on the same data."""

import json
from pathlib import Path
from typing import Any

from sl.comparison import RunGroup
from sl.errors import UserError, reason
from sl.files import link
from sl.report.figures import image


def suspects(group: RunGroup, audits: Path, out: Path) -> list[dict[str, Any]]:
    """Every audit in the folder `audits` of the data of `group`: summary, picture, and the path of its contact sheet.

    Published data have none. Paths are relative to the folder `out`. UserError for an audit that cannot be read.
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
    """What an audit wrote about the noise; UserError where it is damaged."""
    try:
        about = json.loads(file.read_text(encoding="utf-8"))
        return dict(about)
    except (OSError, ValueError, TypeError) as error:
        raise UserError(
            f"{file}: must be written by an audit ({reason(error)}); remove it or repeat that audit"
        ) from None
