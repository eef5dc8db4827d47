"""Checks all records of a folder, and adds the checksum that those of older versions lack."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sl.errors import UserError
from sl.files import replace_file
from sl.record.read import BLANK, read, record_files, sealed
from sl.record.run import Run


@dataclass(frozen=True)
class Report:
    """How many records are in which state, and a line for each damaged one."""

    counts: Counter[str]
    damaged: list[str]

    @property
    def summary(self) -> str:
        """The counts in one line."""
        states = ("checked", "unchecked", "unfinished", "damaged")
        return ", ".join(f"{self.counts[state]} {state}" for state in states)


def check_all(folder: Path) -> Report:
    """Read every record below `folder`: checked against its checksum, unchecked (it has none), unfinished, damaged."""
    counts, damaged = Counter[str](), list[str]()
    for path in record_files(folder):
        try:
            counts[_state(read(path))] += 1
        except UserError as error:
            counts["damaged"] += 1
            damaged.append(str(error))
    return Report(counts, damaged)


def seal_all(folder: Path) -> str:
    """Give every finished record without a checksum one; says how many. A damaged record raises UserError.

    Nothing else of a record changes. Earlier damage cannot be detected.
    """
    unchecked = [run for run in map(read, record_files(folder)) if _state(run) == "unchecked"]
    for run in unchecked:
        assert run.last_line is not None
        lines = run.path.read_bytes().rstrip(BLANK).split(b"\n")
        before = b"".join(line + b"\n" for line in lines[:-1])
        try:
            replace_file(run.path, before + sealed(run.last_line, before))
        except OSError as error:
            raise UserError(f"{run.path}: cannot be written: {error.strerror}") from error
    return f"{len(unchecked)} records have a checksum now"


def _state(run: Run) -> str:
    if run.last_line is None:
        return "unfinished"
    return "checked" if run.checked else "unchecked"
