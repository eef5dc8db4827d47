"""The lists of an audit that people edit: one that was changed since the audit wrote it is not replaced."""

import json
from pathlib import Path

from sl.errors import UserError
from sl.files import file_digest

LISTS = ("labels.csv", "suspects.csv")


def digests(out: Path) -> dict[str, str]:
    """sha256 of each list in the folder `out`, for noise.json."""
    return {name: file_digest(out / name) for name in LISTS}


def check_unedited(out: Path) -> None:
    """UserError if a list in the folder `out` is not as the audit before wrote it: someone's work would be replaced."""
    try:
        written = dict(json.loads((out / "noise.json").read_bytes())["lists"])
    except (OSError, ValueError, TypeError, KeyError):
        written = {}
    for name in LISTS:
        path = out / name
        if path.exists() and file_digest(path) != written.get(name):
            rule = f"holds a {name} that was changed, or that no audit wrote; move it, or choose another folder"
            raise UserError("out", out, rule)
