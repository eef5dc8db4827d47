"""Reads the published results in results/paper: each has its source and a statement of how sure it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, ValidationInfo, field_validator

from sl.config.files import read_yaml
from sl.errors import UserError
from sl.record import CLEAN, Noise
from sl.record.lines import first_mistake

Confidence = Literal["checked_text", "recalled_not_checked", "secondary_not_checked", "code_log"]
CONFIDENCES: dict[str, str] = {
    "checked_text": "found in a text",
    "recalled_not_checked": "recalled, not checked",
    "secondary_not_checked": "one secondary source, not checked",
    "code_log": "read from logs or result files of code",
}
UNCHECKED = "†"  # printed beside a number that is not checked
PAPER = "SL paper"  # the label of the paper's own numbers
NOISE = re.compile(r"([a-z]\w*)(?: (0\.\d+))?(?: ([a-z].*))?")
VALUE = re.compile(r"(\d+(?:\.\d+)?)(?: ± (\d+(?:\.\d+)?))?")


@dataclass(frozen=True)
class Value:
    """A published test accuracy in percent; `std` is None if none was published."""

    mean: float
    std: float | None = None
    decimals: int = 2

    def __str__(self) -> str:
        """The value with as many decimals as its table has.

        >>> print(Value(50.0, 0.25))
        50.00 ± 0.25
        """
        spread = "" if self.std is None else f" ± {self.std:.{self.decimals}f}"
        return f"{self.mean:.{self.decimals}f}{spread}"


def parse_noise(text: str) -> Noise:
    """The noise that the heading of a column names, with kind, rate and detail; ValueError for any other text.

    >>> parse_noise("asymmetric 0.4 pairs")
    Noise(kind='asymmetric', rate=0.4, detail='pairs')
    """
    match = NOISE.fullmatch(text)
    if not match:
        raise ValueError("must be none, or a kind of noise with its rate, its variant or both")
    kind, rate, detail = match.groups()
    return CLEAN if kind == "none" else Noise(kind, float(rate) if rate else None, detail or "")


def _noise(stated: object) -> Noise:
    return stated if isinstance(stated, Noise) else parse_noise(str(stated))


def _value(cell: object) -> Value | None:
    if cell is None or isinstance(cell, Value):
        return cell
    if not (match := VALUE.fullmatch(str(cell))):
        raise ValueError("must be a number, with ± and a number, or null")
    return Value(float(match[1]), float(match[2]) if match[2] else None)


StatedNoise = Annotated[Noise, BeforeValidator(_noise)]
Cell = Annotated[Value | None, BeforeValidator(_value)]


class Stated(BaseModel):
    """The base of what a file states. An unknown key is refused: it may be a misspelt optional one."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, coerce_numbers_to_str=True)


class Published(Stated):
    """One published table, with what is known of how its results were made; results/paper/README.md has the format.

    `epoch` is a number, last, best, validation or unknown. `model` is this project's name of the network if it has one.
    `beside` names the recipes of this project whose results are compared with the table.
    """

    label: str
    source: str
    url: str | None
    dataset: str
    network: str
    model: str | None = None
    recipe: str
    beside: tuple[str, ...] = ()
    epoch: str
    confidence: Confidence
    runs: int | None = None
    note: str | None = None
    decimals: int = 2
    columns: tuple[StatedNoise, ...]
    rows: dict[str, tuple[Cell, ...]]

    @field_validator("columns")
    @classmethod
    def _each_once(cls, columns: tuple[Noise, ...]) -> object:
        for noise in columns:
            if columns.count(noise) > 1:
                raise ValueError(f"{noise.title} must be one column")
        return columns

    @field_validator("rows")
    @classmethod
    def _as_wide_as_the_head(cls, rows: dict[str, tuple[Cell, ...]], info: ValidationInfo) -> object:
        columns = info.data.get("columns")
        for loss, row in rows.items():
            if columns is not None and len(row) != len(columns):
                raise ValueError(f"the row of {loss} has {len(row)} values for {len(columns)} columns")
        return rows

    @cached_property
    def cells(self) -> dict[tuple[str, Noise], Value]:
        """The published values by loss and noise; empty cells are left out."""
        return {
            (loss, noise): replace(cell, decimals=self.decimals)
            for loss, row in self.rows.items()
            for noise, cell in zip(self.columns, row, strict=True)
            if cell
        }

    @property
    def unchecked(self) -> bool:
        """Whether the values of the table are not checked."""
        return unchecked(self.confidence)

    @property
    def losses(self) -> list[str]:
        """The losses that have a value, in the order of the rows."""
        return list(dict.fromkeys(loss for loss, _ in self.cells))


class ClassAccuracies(Stated):
    """Published class-wise test accuracy and its published mean, in percent, for a loss and a noise after an epoch."""

    label: str
    dataset: str
    loss: str
    noise: StatedNoise
    epoch: int
    mean: float
    accuracy: tuple[float, ...]
    runs: int
    confidence: Confidence


class Fact(Stated):
    """A publication's statement that class `better` is `points` ahead of class `worse`; `text` is its wording."""

    label: str
    dataset: str
    loss: str
    noise: StatedNoise
    better: int
    worse: int
    points: float
    text: str
    confidence: Confidence


@dataclass(frozen=True)
class Literature:
    """All published results: tables of accuracies, class-wise accuracies, and facts outside tables."""

    tables: Sequence[Published] = ()
    classes: Sequence[ClassAccuracies] = ()
    facts: Sequence[Fact] = ()


def unchecked(confidence: str) -> bool:
    """Whether values with this `confidence`, a key of `CONFIDENCES`, are not checked."""
    return confidence.endswith("not_checked")


def marked(text: object, unchecked: bool) -> str:
    """`text`, followed by the mark for values that are not checked if `unchecked`.

    >>> marked("about a half", True)
    'about a half †'
    """
    return f"{text} {UNCHECKED}" if unchecked else f"{text}"


class _File(Stated):
    label: str
    source: str
    url: str | None
    tables: list[dict[str, Any]]
    classes: list[dict[str, Any]] = []
    facts: list[dict[str, Any]] = []

    def content(self) -> Literature:
        """The validated content; class-wise accuracies take data set, runs and confidence from the first table."""
        label = {"label": self.label}
        head = label | {"source": self.source, "url": self.url}
        tables = [Published.model_validate(table | head) for table in self.tables]
        first = {name: getattr(tables[0], name) for name in ("dataset", "runs", "confidence")} if tables else {}
        classes = [ClassAccuracies.model_validate(line | label | first) for line in self.classes]
        return Literature(tables, classes, [Fact.model_validate(fact | label) for fact in self.facts])


def load(folder: Path) -> Literature:
    """Read all .yaml files in `folder`, in the order of their names; UserError names the file and the part at fault."""
    if not folder.is_dir():
        raise UserError("paper", folder, "must be a folder of published figures")
    tables, classes, facts = list[Published](), list[ClassAccuracies](), list[Fact]()
    for path in sorted(folder.glob("*.yaml")):
        try:
            found = _File.model_validate(read_yaml(path)).content()
        except ValidationError as error:
            raise UserError(f"{path}: {first_mistake(error)}") from None
        tables += found.tables
        classes += found.classes
        facts += found.facts
    return Literature(tables, classes, facts)
