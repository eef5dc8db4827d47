"""What an audit does not replace: another audit, and lists that a person changed since the audit wrote them."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sl.errors import UserError
from sl.files import file_digest

LISTS = ("labels.csv", "suspects.csv")


def digests(out: Path, lists: Mapping[str, str]) -> dict[str, list[str]]:
    """sha256 of each of the `lists` that an audit is about to write to the folder `out`, and of the one in its place.

    They go into noise.json before the lists are written: wherever the audit is stopped, the next one knows both.
    """
    known = {name: [hashlib.sha256(text.encode()).hexdigest()] for name, text in lists.items()}
    for name, found in known.items():
        if (out / name).exists():
            found.append(file_digest(out / name))
    return known


def check_replaceable(out: Path, identity: str, folds: int) -> None:
    """UserError if the folder `out` holds something that the audit of this identity and folds must not replace."""
    written = _written(out)
    found = (written.get("identity", identity), written.get("folds", folds))
    if found != (identity, folds):
        rule = f"holds the audit of another run ({found[0]}, folds={found[1]}); choose another folder"
        raise UserError("out", out, rule)
    lists = written.get("lists", {})
    for name in LISTS:
        path = out / name
        if path.exists() and file_digest(path) not in lists.get(name, ()):
            rule = f"holds a {name} that was changed, or that no audit wrote; move it, or choose another folder"
            raise UserError("out", out, rule)


def _written(out: Path) -> dict[str, Any]:
    """The noise.json of the audit before; nothing where there is none, or it is damaged."""
    try:
        content = json.loads((out / "noise.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) and isinstance(content.get("lists", {}), dict) else {}
