"""The record as CSV files, for spreadsheets and R."""

import csv
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sl.config.flat import flat
from sl.files import expanded, replacing
from sl.record.run import Run, confusion_rows
from sl.record.schema import Epoch, Header, Probe
from sl.tracker.base import Pictures, Tracker
from sl.tracker.run_name import short_name
from sl.tracker.values import config, epoch_values, started, summary


class CsvTracker(Tracker):
    """A folder for each run in `dir`, named after its identity.

    epochs.csv has a line for each epoch, with `seconds` since the run began (after a resume, only new epochs include
    the pauses). confusion_early.csv, confusion_middle.csv and confusion_late.csv have a line for each true class (for
    each label given, where labels are as given). run.csv has the run's name, configuration and summary.
    """

    def __init__(self, dir: str) -> None:
        self.dir = expanded("dir", dir)

    def start(self, header: Header, path: Path, resumed: int = 0) -> None:
        """Make an empty folder for the run; files of an earlier run of the same identity are deleted."""
        self._header, self._epochs = header, list[Epoch]()
        self._names, self._rows = list[str](), list[dict[str, Any]]()
        self.folder = self.dir / header.identity
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def epoch(self, line: Epoch) -> None:
        """Append the epoch to epochs.csv; if it has a metric that no earlier epoch had, rewrite the file."""
        self._epochs.append(line)
        seconds = round(self.clock() - started(self._header), 3)
        values = {"epoch": line.epoch, "seconds": seconds} | epoch_values(self._header, line)
        self._rows.append(values)
        new = [name for name in values if name not in self._names]
        self._names += new
        path = self.folder / "epochs.csv"
        if new:
            _write(path, self._names, [[row.get(name) for name in self._names] for row in self._rows])
            return
        with path.open("a", newline="", encoding="utf-8") as file:
            csv.writer(file).writerow([values.get(name) for name in self._names])

    def probe(self, line: Probe) -> None:
        """Write the confusion matrix."""
        names = self._header.data.class_names
        rows = [[name, *counts] for name, counts in zip(names, line.confusion, strict=True)]
        _write(self.folder / f"confusion_{line.stage}.csv", [confusion_rows(self._header.data), *names], rows)

    def close(self, finished: bool) -> None:
        """Write run.csv."""
        facts = {"name": short_name(Run(self._header)), "finished": finished}
        values = facts | dict(flat(config(self._header))) | summary(self._header, self._epochs)
        _write(self.folder / "run.csv", ["key", "value"], list(values.items()))

    def pictures(self, name: str, images: Pictures) -> None:
        """Copy the images to the folder `name`."""
        folder = self.dir / name
        folder.mkdir(parents=True, exist_ok=True)
        for title, path in images.items():
            shutil.copyfile(path, folder / f"{title}.png")


def _write(path: Path, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with replacing(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])
