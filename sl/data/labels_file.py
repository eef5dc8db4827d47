"""Labels in a file beside the pictures: labels.csv with the columns path and label, and split where it is known."""

from __future__ import annotations

import csv
import functools
import os
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sl.data.disk import first_of, reading
from sl.data.pictures import Picture, has_control_character
from sl.errors import UserError

PARTS = ("train", "test")
COLUMNS = ("path", "label", "split")
MORE = "\0"  # the name under which a row keeps its values beyond the columns of line 1


def read_labels(file: Path, root: Path) -> dict[str, list[Picture]]:
    """The pictures of a labels file by part: ``train`` and ``test`` where it says so, else all under ``""``.

    `path` is relative to the folder `root`. The column ``split`` names the part (train or test); without that column,
    the first folder of each path does, as in `_by_folder`. Other columns are ignored. Raises UserError that names the
    wrong lines.
    """
    parts: dict[str, list[Picture]] = {}
    seen: dict[Path, int] = {}
    mistakes: list[str] = []
    find = finder(root)
    for number, row in _rows(file):
        path, label, part = row["path"].strip(), row["label"].strip(), row.get("split", "").strip()
        name = Path(path).as_posix()
        if any(row.get(MORE, ())):
            more = "it has more values than line 1 has columns; put a value with a comma in quotes"
            mistakes.append(f"line {number}: {more}")
        elif wrong := _mistake(path, label, part if "split" in row else "train", find):
            mistakes.append(f"line {number}: {wrong}")
        elif (place := find(name)) in seen:
            mistakes.append(f"line {number}: {name} is in line {seen[place]} already")
        else:
            seen[place] = number
            parts.setdefault(part, []).append(Picture(place, name, label))
    if mistakes:
        raise UserError(f"{file} {first_of(mistakes)}")
    return _by_folder(parts)


def _mistake(path: str, label: str, part: str, find: Callable[[str], Path]) -> str:
    """What is wrong with a line; empty where nothing is."""
    if not path or not label:
        return "it must have a path, relative to data_dir, and a label"
    if Path(path).is_absolute():
        return f"{path}: the path must be relative to data_dir"
    if has_control_character(path):
        return f"{path!a} holds a control character; rename the picture"
    if "\\" in path and not find(path).exists():
        return f"{path}: write / between folders"
    if part not in PARTS:
        return f"split={part}: must be train or test; write train for what is not for testing, or remove the line"
    return ""


def finder(root: Path) -> Callable[[str], Path]:
    """A function from a name to its path in `root`, even if the file's name encodes letters such as é differently.

    macOS splits é into e and an accent (NFD); spreadsheets and most other systems do not (NFC).
    """

    @functools.cache
    def listed(folder: Path) -> dict[str, str]:
        return {composed(name): name for name in os.listdir(folder)} if folder.is_dir() else {}

    def find(name: str) -> Path:
        path = root / name
        if name.isascii() or path.exists():
            return path
        place = root
        for part in Path(name).parts:
            place /= listed(place).get(composed(part), part)
        return place

    composed = functools.partial(unicodedata.normalize, "NFC")
    return find


def _rows(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The line number and the values by column of each row; MORE holds a list."""
    read = 0  # lines of the file that are in complete rows
    try:
        with reading(file, "; save it as CSV UTF-8"), file.open(encoding="utf-8-sig", newline="") as lines:
            # strict: a quote that is opened and never closed would take all rows below it into one value
            reader = csv.DictReader(lines, restkey=MORE, restval="", strict=True)
            columns = [_column(name.strip()) for name in reader.fieldnames or ()]
            if not {"path", "label"} <= set(columns):
                rule = "it must name the columns path and label, separated by a comma"
                raise UserError(f"{file} line 1: {rule}, and has: {', '.join(columns) or 'nothing'}")
            if twice := [name for name in COLUMNS if columns.count(name) > 1]:
                raise UserError(f"{file} line 1: it names the column {twice[0]} more than once")
            reader.fieldnames = columns
            read = reader.line_num
            for row in reader:
                read = reader.line_num
                yield read, row
    except csv.Error as error:
        rule = 'must be CSV, where a value that begins with " ends with one'
        raise UserError(f"{file} line {read + 1}: {rule}: {error}") from None


def _column(name: str) -> str:
    """`name` in lower case if it is one of COLUMNS in any case; another name as it is."""
    return name.lower() if name.lower() in COLUMNS else name


def _by_folder(parts: dict[str, list[Picture]]) -> dict[str, list[Picture]]:
    """`parts`; pictures without a part are split by the first folder of the path if these are just train and test."""
    pictures = parts.get("", [])
    first = {picture.name.partition("/")[0] for picture in pictures}
    if not pictures or first != set(PARTS):
        return parts
    return {part: [picture for picture in pictures if picture.name.startswith(f"{part}/")] for part in PARTS}
