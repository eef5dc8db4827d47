"""Writes a run's record: JSON lines, appended during training, so that a stopped run loses nothing."""

import hashlib
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, cast

from sl.errors import UserError, reason
from sl.files import append, replace_file
from sl.record.lines import serialise
from sl.record.provenance import now
from sl.record.schema import Diverged, End, Epoch, Header, Probe, Provenance, Resume


def record_path(runs_dir: Path, dataset: str, identity: str) -> Path:
    """The path of a run's record."""
    return runs_dir / dataset / f"{identity}.jsonl"


@contextmanager
def in_runs_dir(path: Path) -> Iterator[None]:
    """For a block that writes the file `path` of a run: an OSError becomes a UserError."""
    try:
        yield
    except OSError as error:
        raise UserError(f"runs_dir: {path} cannot be written: {reason(error)}") from error


class RecordWriter:
    """Writes one record. Its methods raise UserError where the disk refuses a line; no partial line is left then.

    `content` is all that was written so far: a checkpoint keeps it, so that record and checkpoint always agree.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.content = b""

    def start(self, header: Header) -> None:
        """Begin the record with its first line; an existing file is replaced."""
        self._replace(serialise(header))

    def resume(self, epoch: int, step: int, provenance: Provenance) -> None:
        """Continue the record after `epoch` epochs and `step` steps, with a line that shows the break."""
        self._replace(self.content + serialise(Resume(epoch=epoch, step=step, provenance=provenance)))

    def write(self, line: Epoch | Probe) -> None:
        """Append the line of an epoch or a probe."""
        text = serialise(line)
        with in_runs_dir(self.path):
            append(self.path, text, len(self.content))
        self.content += text

    def end(self, epoch_seconds: list[float], weights_sha256: str) -> None:
        """Finish the record of a run that reached its end; `weights_sha256` is the hash of its final weights."""
        seconds = [round(value, 3) for value in epoch_seconds]
        total = round(sum(seconds), 3)
        self._finish(End(epoch_seconds=seconds, seconds=total, finished=now(), weights_sha256=weights_sha256))

    def diverged(self, epoch: int, step: int, lr: float, loss: float) -> None:
        """Finish the record of a run that diverged (`Run.diverged`); the arguments are as in `Diverged`."""
        shown = loss if math.isfinite(loss) else cast(Literal["nan", "inf", "-inf"], str(loss))
        self._finish(Diverged(epoch=epoch, step=step, lr=lr, loss=shown, finished=now()))

    def _finish(self, line: End | Diverged) -> None:
        """Write the whole record anew, so that changes by others during the run do not matter."""
        self._replace(self.content + sealed(line, self.content))

    def _replace(self, content: bytes) -> None:
        with in_runs_dir(self.path):
            replace_file(self.path, content)
        self.content = content


def sealed(line: End | Diverged, before: bytes) -> bytes:
    """The last line of a record, with the SHA-256 of all bytes before the field `sha256`."""
    plain = serialise(line.model_copy(update={"sha256": None})).removesuffix(b"}\n").removesuffix(b',"sha256":null')
    digest = hashlib.sha256(before + plain).hexdigest()
    return plain + f',"sha256":"{digest}"}}\n'.encode()
