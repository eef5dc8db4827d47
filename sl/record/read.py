"""Reads run records. A damaged file is refused with its name and line; nothing here needs torch."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sl.errors import UserError
from sl.record.run import STAGES, Run

HEADER = ("identity", "config", "data", "scale", "noise", "stages", "provenance")
EPOCH = ("epoch", "test_accuracy", "class_accuracy", "right_accuracy", "wrong_memorised", "wrong_corrected")
PROBE = ("stage", "epoch", "confusion", "probe_class", "count", "confidence", "predictions")


def read(path: Path) -> Run:
    """The run recorded at `path`.

    A last line that was cut off while it was written leaves an unfinished run; anything else that does not fit
    raises UserError with file and line number.
    """
    path = Path(path)
    epochs: list[dict[str, Any]] = []
    probes: dict[str, dict[str, Any]] = {}
    resumes: list[dict[str, Any]] = []
    header: dict[str, Any] | None = None
    end: dict[str, Any] | None = None
    for number, line in _lines(path):
        kind = line.get("kind")
        if (header is None) != (kind == "run"):
            raise _damaged(path, number, "a record has one line of kind run, its first")
        if end is not None:
            raise _damaged(path, number, "nothing may follow the line of kind end")
        if kind == "run":
            header = _header(path, number, line)
        elif kind == "epoch":
            epochs.append(_epoch(path, number, line, len(epochs) + 1, len((header or {})["data"]["class_names"])))
        elif kind == "probe":
            probes[line.get("stage", "")] = _with(path, number, line, PROBE)
        elif kind == "resume":
            resumes.append(_with(path, number, line, ("epoch", "provenance")))
        elif kind == "end":
            end = line
        else:
            raise _damaged(path, number, f"kind={kind}: allowed is run, epoch, probe, resume or end")
    if header is None:
        raise _damaged(path, 1, "a record begins with a line of kind run")
    run = Run(path, header, tuple(epochs), probes, tuple(resumes), end)
    _check_end(run, number)
    return run


def load_all(root: Path) -> list[Run]:
    """Every run recorded below `root`, sorted by path; finished or not.

    Raises UserError where `root` is no folder, a record is damaged, or two records are of the same run.
    """
    root = Path(root)
    if not root.is_dir():
        raise UserError(f"runs={root}: allowed is a folder that holds run records")
    runs = [read(path) for path in sorted(root.rglob("*.jsonl"))]
    counts = Counter(run.identity for run in runs)
    for run in runs:
        if counts[run.identity] > 1:
            raise UserError(f"{run.path}: run {run.identity} is recorded {counts[run.identity]} times below {root}")
    return runs


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not readable as a run record ({error})") from None
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        try:
            value = json.loads(line)
        except json.JSONDecodeError:
            if number > 1 and not line.endswith("\n"):  # cut off while it was written: the run is unfinished
                return
            raise _damaged(path, number, "not a JSON object") from None
        if not isinstance(value, dict):
            raise _damaged(path, number, "not a JSON object")
        yield number, value


def _header(path: Path, number: int, line: dict[str, Any]) -> dict[str, Any]:
    if line.get("format") != 1:
        raise _damaged(path, number, f"format={line.get('format')}: allowed is 1")
    return _with(path, number, line, HEADER)


def _epoch(path: Path, number: int, line: dict[str, Any], expected: int, classes: int) -> dict[str, Any]:
    _with(path, number, line, EPOCH)
    if line["epoch"] != expected:
        raise _damaged(path, number, f"epoch={line['epoch']}: allowed is {expected} here")
    if len(line["class_accuracy"]) != classes:
        raise _damaged(path, number, f"class_accuracy has {len(line['class_accuracy'])} values for {classes} classes")
    return line


def _check_end(run: Run, number: int) -> None:
    if run.complete and len(run.epochs) != run.scale["epochs"]:
        raise _damaged(run.path, number, f"the run ended after {len(run.epochs)} of {run.scale['epochs']} epochs")
    if run.complete and set(run.probes) != set(STAGES):
        raise _damaged(run.path, number, f"the run ended with the probes {', '.join(run.probes) or 'none'}")


def _with(path: Path, number: int, line: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    missing = [key for key in keys if key not in line]
    if missing:
        raise _damaged(path, number, f"the {line['kind']} has no {missing[0]}")
    return line


def _damaged(path: Path, number: int, what: str) -> UserError:
    return UserError(f"{path} line {number}: damaged record: {what}")
