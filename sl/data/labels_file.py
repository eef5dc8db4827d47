"""Labels in a file beside the pictures: labels.csv with the columns path and label, and split where it is known."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from sl.data.disk import reading
from sl.data.pictures import Picture, has_control_character
from sl.errors import UserError

PARTS = ("train", "test")


def read_labels(file: Path, root: Path) -> dict[str, list[Picture]]:
    """The pictures of a labels file by part: ``train`` and ``test`` where it says so, else all under ``""``.

    `path` is relative to the folder `root`. The part is what the column ``split`` says (train or test); without that
    column, what every path begins with. Other columns are ignored. Raises UserError, with the line, for what is wrong.
    """
    parts: dict[str, list[Picture]] = {}
    seen: dict[str, int] = {}
    for number, row in _rows(file):
        path, label = row["path"].strip(), row["label"].strip()
        if not path or not label:
            raise _refused(file, number, "it must have a path, relative to data_dir, and a label")
        if Path(path).is_absolute():
            raise _refused(file, number, f"{path}: the path must be relative to data_dir")
        if has_control_character(path):
            raise _refused(file, number, f"{path!a} holds a control character; rename the picture")
        name = Path(path).as_posix()
        if name in seen:
            raise _refused(file, number, f"{name} stands in line {seen[name]} too")
        seen[name] = number
        part = row.get("split", "").strip()
        if "split" in row and part not in PARTS:
            raise _refused(file, number, f"split={part}: must be train or test")
        parts.setdefault(part, []).append(Picture(root / name, name, label))
    return _by_folder(parts)


def _rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with reading(file), file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, restval="")
            columns = [name.strip() for name in reader.fieldnames or ()]
            if not {"path", "label"} <= set(columns):
                rule = "it must name the columns path and label, separated by a comma"
                raise _refused(file, 1, f"{rule}, and has: {', '.join(columns) or 'nothing'}")
            reader.fieldnames = columns
            for row in reader:
                yield reader.line_num, row
    except csv.Error as error:
        raise UserError(f"{file}: must be a CSV file: {error}") from None


def _by_folder(parts: dict[str, list[Picture]]) -> dict[str, list[Picture]]:
    """Without a column, the first folders of all paths tell the parts if they are exactly train and test."""
    pictures = parts.get("", [])
    first = {picture.name.partition("/")[0] for picture in pictures}
    if not pictures or first != set(PARTS):
        return parts
    return {part: [picture for picture in pictures if picture.name.startswith(f"{part}/")] for part in PARTS}


def _refused(file: Path, line: int, rule: str) -> UserError:
    return UserError(f"{file} line {line}: {rule}")
