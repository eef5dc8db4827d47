"""Keeps an audit from replacing another audit, or lists that a person has edited since an audit wrote them."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sl.errors import UserError
from sl.files import file_digest

LISTS = ("labels.csv", "suspects.csv")


def digests(out: Path, lists: Mapping[str, str]) -> dict[str, list[str]]:
    """By file name: the sha256 of the new content in `lists`, then that of the file now in `out`, if there is one.

    They go into noise.json before the lists are written. So wherever the audit is stopped, the next one knows both.
    """
    known = {name: [hashlib.sha256(text.encode()).hexdigest()] for name, text in lists.items()}
    for name, found in known.items():
        if (out / name).exists():
            found.append(file_digest(out / name))
    return known


def check_replaceable(out: Path, identity: str, folds: int) -> None:
    """Raise UserError if `out` holds the audit of another run or other folds, or a list that is not as written."""
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
    """The content of the former noise.json in `out`; {} if there is none or it is damaged."""
    try:
        content = json.loads((out / "noise.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) and isinstance(content.get("lists", {}), dict) else {}
