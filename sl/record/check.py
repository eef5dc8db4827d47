"""Checks all records in a folder."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sl.errors import UserError
from sl.record.read import read, record_files
from sl.record.run import Run


@dataclass(frozen=True)
class Report:
    """The number of records in each state, and a line for each damaged one."""

    counts: Counter[str]
    damaged: list[str]

    @property
    def summary(self) -> str:
        """The counts in one line."""
        states = ("checked", "unchecked", "unfinished", "damaged")
        return ", ".join(f"{self.counts[state]} {state}" for state in states)


def check_all(folder: Path) -> Report:
    """Count the records below `folder`: checked (by their checksum), unchecked (without one), unfinished, damaged."""
    counts, damaged = Counter[str](), list[str]()
    for path in record_files(folder):
        try:
            counts[_state(read(path))] += 1
        except UserError as error:
            counts["damaged"] += 1
            damaged.append(str(error))
    return Report(counts, damaged)


def _state(run: Run) -> str:
    if run.last_line is None:
        return "unfinished"
    return "checked" if run.checked else "unchecked"
