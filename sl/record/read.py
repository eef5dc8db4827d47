"""Reads run records. This is the only parser: it decides what a record holds and whether it is finished."""

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from sl.errors import UserError, reason
from sl.record.lines import parse
from sl.record.run import STAGES, Run
from sl.record.schema import Diverged, End, Epoch, Header, Line, Probe, Resume
from sl.record.shown import remember
from sl.say import warn

BLANK = b" \t\r\n\0"  # what may follow the last line: an editor adds line breaks, a power loss NUL bytes
NO_HEADER = "the first line, and no other, must be of kind run"
SEAL = re.compile(rb',"sha256":"([0-9a-f]{64})"\}$')

State = Literal["missing", "complete", "diverged", "unfinished", "damaged", "damaged end"]


def read(path: Path) -> Run:
    """The run recorded at `path`.

    How its choices are shown is kept for later (sl/record/shown.py). A last line that was cut off while it was written
    leaves an unfinished run; any other damage raises UserError with file and line number.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: not readable as a run record: {reason(error)}") from None
    run = parse_record(path, content)
    remember(run.header)
    return run


def parse_record(path: Path, content: bytes) -> Run:
    """The run whose record holds `content`; UserError, which names `path`, for a damaged record."""
    epochs: list[Epoch] = []
    probes: dict[str, Probe] = {}
    resumes: list[Resume] = []
    end: End | Diverged | None = None
    lines = _lines(path, content)
    number, header = next(lines)
    if not isinstance(header, Header):
        raise _damaged(path, number, NO_HEADER)
    for number, line in lines:
        if end is not None:
            raise _damaged(path, number, "nothing may follow the last line, of kind end or diverged")
        match line:
            case Header():
                raise _damaged(path, number, NO_HEADER)
            case Epoch():
                _check_epoch(path, number, line, len(epochs) + 1, header)
                epochs.append(line)
            case Probe():
                _check_probe(path, number, line, header)
                probes[line.stage] = line
            case Resume():
                resumes.append(line)
            case End() | Diverged():
                end = line
    if isinstance(end, End):
        _check_end(path, number, header, epochs, probes)
    if end is not None and end.sha256 is not None:
        _check_seal(path, content, end.sha256)
    return Run(header, tuple(epochs), probes, tuple(resumes), end, path)


def record_state(path: Path) -> State:
    """The state of the record at `path`.

    "damaged end" is a damaged record whose run had ended: it must not be overwritten.
    """
    if not path.exists():
        return "missing"
    try:
        run = read(path)
    except UserError:
        return "damaged end" if path.is_file() and _has_end(path) else "damaged"
    return "diverged" if run.diverged else "complete" if run.complete else "unfinished"


def load_all(root: Path | str, strict: bool = False, option: str = "runs_dir") -> list[Run]:
    """Every run recorded below `root`, sorted by path, finished or not; hidden files and folders are passed over.

    A damaged record, or a second one of the same run, is named on stderr and left out; with `strict` it raises
    UserError. A `root` that is no folder always raises UserError, about `option`, by which the user gave it.
    """
    found: dict[str, Run] = {}
    for path in sorted(record_files(Path(root), option), key=lambda path: (_is_copy(path), path)):
        try:
            run = read(path)
            if run.identity in found:
                raise UserError(f"{path}: run {run.identity} is recorded in {found[run.identity].path} too")
        except UserError as error:
            if strict:
                raise
            warn(f"left out: {error}")
        else:
            found[run.identity] = run
    return sorted(found.values(), key=lambda run: run.path)


def record_files(root: Path, option: str = "runs_dir") -> list[Path]:
    """The paths of the records below `root`, sorted, without hidden ones; UserError where `root` is no folder."""
    if not root.is_dir():
        raise UserError(option, root, "must be a folder that holds run records")
    return sorted(Path(place, name) for place, names in _files_below(root) for name in names if name.endswith(".jsonl"))


def _files_below(root: Path) -> Iterator[tuple[str, list[str]]]:
    """Every folder in `root` with the names of its files, each once, without hidden ones; symbolic links come last."""
    seen, folders = set[str](), [str(root)]
    for folder in folders:
        for place, below, files in os.walk(folder, onerror=_not_listed):
            real = os.path.realpath(place)
            if real in seen:
                below.clear()
                continue
            seen.add(real)
            below[:] = sorted(name for name in below if not name.startswith("."))
            folders += [link for name in below if os.path.islink(link := os.path.join(place, name))]
            yield place, [name for name in files if not name.startswith(".")]


def _not_listed(error: OSError) -> None:
    warn(f"left out: {error.filename}: {reason(error)}")


def _check_seal(path: Path, content: bytes, digest: str) -> None:
    content = content.rstrip(BLANK)
    match = SEAL.search(content)
    if not match or hashlib.sha256(content[: match.start()]).hexdigest() != digest:
        raise UserError(f"{path}: damaged record: it was changed after it was finished (its SHA-256 does not match)")


def _lines(path: Path, content: bytes) -> Iterator[tuple[int, Line]]:
    lines = content.rstrip(BLANK).split(b"\n")
    cut = not content.rstrip(b"\0").endswith(b"\n")
    for number, line in enumerate(lines, start=1):
        try:
            yield number, parse(line)
        except ValueError as error:
            if cut and 1 < number == len(lines):  # it was being written when the run was stopped
                return
            raise _damaged(path, number, str(error)) from None


def _check_epoch(path: Path, number: int, line: Epoch, expected: int, header: Header) -> None:
    if line.epoch != expected:
        raise _damaged(path, number, f"epoch={line.epoch}: must be {expected} here")
    classes = len(header.data.class_names)
    if len(line.class_accuracy) != classes:
        raise _damaged(path, number, f"class_accuracy has {len(line.class_accuracy)} values for {classes} classes")


def _check_probe(path: Path, number: int, line: Probe, header: Header) -> None:
    classes = len(header.data.class_names)
    rows = [line.confusion, *line.confusion, *(row for row in (line.confidence, line.predictions) if row is not None)]
    if line.probe_class >= classes or any(len(row) != classes for row in rows):
        raise _damaged(path, number, f"the probe does not fit {classes} classes")
    expected = header.stages.of(line.stage)
    if line.epoch != expected:
        raise _damaged(path, number, f"epoch={line.epoch}: must be {expected}, the {line.stage} stage")


def _check_end(path: Path, number: int, header: Header, epochs: list[Epoch], probes: dict[str, Probe]) -> None:
    if len(epochs) != header.scale.epochs:
        raise _damaged(path, number, f"the run ended after {len(epochs)} of {header.scale.epochs} epochs")
    if set(probes) != set(STAGES):
        raise _damaged(path, number, f"the run ended with the probes {', '.join(probes) or 'none'}")


def _has_end(path: Path) -> bool:
    """Whether a line of the damaged record says that the run has ended."""
    for line in path.read_bytes().split(b"\n"):
        try:
            if isinstance(parse(line.strip(BLANK)), End | Diverged):
                return True
        except ValueError:
            continue
    return False


def _is_copy(path: Path) -> bool:
    """Whether the file's name is no identity; an original record is named by that of its run."""
    return re.fullmatch("[0-9a-f]{16}", path.stem) is None


def _damaged(path: Path, number: int, what: str) -> UserError:
    return UserError(f"{path} line {number}: damaged record: {what}")
