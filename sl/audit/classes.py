"""Compares audits of the same labels by several losses, to show which classes suffer under which loss."""

from pathlib import Path

import numpy as np
from pydantic import ValidationError, ValidationInfo, field_validator

from sl.audit.rank import Array, Ranking
from sl.audit.subject import Subject
from sl.errors import reason
from sl.files import replace_file, replace_json
from sl.record.entry import Entry, Share
from sl.record.lines import first_mistake
from sl.say import warn
from sl.tables.formats import table

FILE = "classes.json"
PAGE = "classes.md"
INTRODUCTION = """\
# Classes

Share (%) of the images whose label the audit keeps that are predicted as that label, and in brackets the mean
confidence in it, by loss. A class that is low under every loss is hard, or has more wrong labels than were found; one
that is low under one loss suffers from that loss. Each loss keeps its own labels. Without folds the images were trained
on, so that the share says little.
"""


class Audited(Entry):
    """The `class_numbers` of an audit with one loss. Those with equal `setting` (all but the loss) are compared."""

    setting: str
    loss: str
    classes: list[str]
    accuracy: list[Share | None]
    confidence: list[Share | None]

    @field_validator("accuracy", "confidence")
    @classmethod
    def fits(cls, values: list[float | None], info: ValidationInfo) -> list[float | None]:
        """Raise ValueError unless there is one number for each class."""
        if len(values) != (count := len(info.data.get("classes", values))):
            raise ValueError(f"must have one number for each of {count} classes")
        return values


def class_numbers(subject: Subject, ranking: Ranking, probabilities: Array) -> dict[str, list[float | None]]:
    """Class-wise `accuracy` (share predicted as labelled) and mean `confidence` in the label, K shares each.

    Only images whose label the audit keeps count; None for a class without such images.
    """
    labels = subject.labels.numpy()
    hit = probabilities.argmax(1) == labels
    confidence = probabilities[np.arange(len(labels)), labels]
    found: dict[str, list[float | None]] = {"accuracy": [], "confidence": []}
    for label in range(len(subject.class_names)):
        rows = (labels == label) & ~ranking.change
        found["accuracy"].append(round(float(hit[rows].mean()), 6) if rows.any() else None)
        found["confidence"].append(round(float(confidence[rows].mean()), 6) if rows.any() else None)
    return found


def write_classes(out: Path, own: Audited) -> None:
    """Write `out`/classes.json, and classes.md: this audit beside those next to `out` of equal setting, other loss."""
    replace_json(out / FILE, own.model_dump())
    others = [read(path) for path in sorted(out.parent.glob(f"*/{FILE}")) if path.parent != out]
    alike = [other for other in others if other and (other.setting, other.classes) == (own.setting, own.classes)]
    replace_file(out / PAGE, page([own, *(other for other in alike if other.loss != own.loss)]))


def read(path: Path) -> Audited | None:
    """Read the numbers of another audit. If its file is damaged, warn and return None: only its column is lost."""
    try:
        return Audited.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        said = first_mistake(error) if isinstance(error, ValidationError) else reason(error)
        warn(f"{path}: left out, it must be written by an audit ({said}); remove it or repeat that audit")
        return None


def page(audits: list[Audited]) -> str:
    """The class-wise page: a table with a column for each loss, the classes on which losses differ most first."""
    ordered = sorted(audits, key=lambda audit: audit.loss)
    rows = []
    for place, name in enumerate(ordered[0].classes):
        values = [audit.accuracy[place] for audit in ordered]
        known = [value for value in values if value is not None]
        spread = max(known) - min(known) if len(known) > 1 else 0.0
        pairs = zip(values, (audit.confidence[place] for audit in ordered), strict=True)
        cells = ["–" if share is None or sure is None else f"{100 * share:.1f} ({sure:.2f})" for share, sure in pairs]
        rows.append((-spread, min(known, default=1.0), [name, *cells]))
    rows.sort(key=lambda row: row[:2])
    header = ["class", *(audit.loss for audit in ordered)]
    alone = "" if len(ordered) > 1 else "\nRun the same audit with another loss to see it beside this one.\n"
    return f"{INTRODUCTION}\n{table(header, [row[2] for row in rows])}\n{alone}"
