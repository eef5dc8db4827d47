"""Writes a run's record: JSON lines, appended as the run goes, so that a stopped run loses nothing."""

import json
import math
import os
from pathlib import Path
from typing import Any

from sl.errors import UserError
from sl.record.provenance import now


def record_path(runs_dir: Path, dataset: str, identity: str) -> Path:
    """Where the record of a run lies."""
    return runs_dir / dataset / f"{identity}.jsonl"


def is_complete(path: Path) -> bool:
    """Whether the record at `path` exists and has its end."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 65536))
        last = file.read().splitlines()[-1:]
    return bool(last) and last[0].startswith(b'{"kind":"end"')


def rounded(value: Any) -> Any:
    """`value` with floats to six significant digits, and null for what is not finite (a loss that diverged)."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return value


class RecordWriter:
    """The sink that is the record itself."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.epoch_seconds: list[float] = []

    def start(self, header: dict[str, Any]) -> None:
        """Begin a new record with its first line; UserError where it cannot be written."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.unlink(missing_ok=True)
            self._append({"kind": "run", "format": 1, **header})
        except OSError as error:
            raise UserError(f"runs_dir: {self.path} cannot be written: {error.strerror}") from error

    def resume(self, epoch: int, epoch_seconds: list[float], provenance: dict[str, Any]) -> None:
        """Go on after `epoch`: what was written later is trained again, and the break stays visible."""
        kept = [line for line in self.path.read_text().splitlines(keepends=True) if self._until(line, epoch)]
        part = self.path.with_suffix(".part")
        part.write_text("".join(kept))
        os.replace(part, self.path)
        self.epoch_seconds = list(epoch_seconds)
        self._append({"kind": "resume", "epoch": epoch, "provenance": provenance})

    def epoch(self, line: dict[str, Any]) -> None:
        """Append an epoch's metrics; its wall time is kept for the end, so that metrics repeat byte for byte."""
        self.epoch_seconds.append(line["seconds"])
        self._append({"kind": "epoch", **rounded({key: value for key, value in line.items() if key != "seconds"})})

    def probe(self, line: dict[str, Any]) -> None:
        """Append what was seen at a stage."""
        self._append({"kind": "probe", **rounded(line)})

    def close(self, finished: bool) -> None:
        """Append the end; a record without it is unfinished."""
        if finished:
            seconds = [round(value, 3) for value in self.epoch_seconds]
            self._append(
                {"kind": "end", "epoch_seconds": seconds, "seconds": round(sum(seconds), 3), "finished": now()}
            )

    def _append(self, line: dict[str, Any]) -> None:
        with self.path.open("a") as file:
            file.write(json.dumps(line, separators=(",", ":"), allow_nan=False) + "\n")

    @staticmethod
    def _until(line: str, epoch: int) -> bool:
        try:
            return json.loads(line).get("epoch", 0) <= epoch
        except json.JSONDecodeError:  # the line that was being written when the run was stopped
            return False
