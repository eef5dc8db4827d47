"""The figures that others published, from results/paper: each with its source and how sure it is."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sl.config.files import read_yaml
from sl.errors import UserError
from sl.record import CLEAN, Noise

CONFIDENCES = {
    "checked_text": "found in a text",
    "recalled_not_checked": "recalled, not checked",
    "secondary_not_checked": "one secondary source, not checked",
    "code_log": "read from logs or result files of code",
}
UNCHECKED = "†"  # stands beside a figure that is not checked
VALUE = re.compile(r"(\d+(?:\.\d+)?)(?: ± (\d+(?:\.\d+)?))?")


@dataclass(frozen=True)
class Value:
    """A published test accuracy in percent; std is None where none was given."""

    mean: float
    std: float | None = None
    decimals: int = 2

    def __str__(self) -> str:
        """With as many decimals as were published.

        >>> print(Value(50.0, 0.25))
        50.00 ± 0.25
        """
        spread = "" if self.std is None else f" ± {self.std:.{self.decimals}f}"
        return f"{self.mean:.{self.decimals}f}{spread}"


@dataclass(frozen=True)
class Published:
    """One published table: `cells` by loss and noise, and what is known of how they came about.

    `epoch` is a number, last, best, validation or unknown; `model` this project's name of the network, if it has one;
    `beside` names the recipes of this project whose results it may stand beside.
    """

    label: str
    source: str
    url: str | None
    dataset: str
    network: str
    model: str | None
    recipe: str
    beside: tuple[str, ...]
    epoch: str
    confidence: str
    runs: int | None
    note: str | None
    noises: tuple[Noise, ...]
    cells: dict[tuple[str, Noise], Value]

    @property
    def unchecked(self) -> bool:
        """Whether its figures are not checked."""
        return unchecked(self.confidence)

    @property
    def losses(self) -> list[str]:
        """Its losses in the order of its rows."""
        return list(dict.fromkeys(loss for loss, _ in self.cells))


@dataclass(frozen=True)
class ClassAccuracies:
    """Published class-wise test accuracies and their published mean, in percent, of a loss and noise after an epoch."""

    label: str
    dataset: str
    loss: str
    noise: Noise
    epoch: int
    mean: float
    accuracy: tuple[float, ...]
    runs: int
    confidence: str


@dataclass(frozen=True)
class Fact:
    """By how many `points` a publication has the class `better` ahead of the class `worse`; `text` says it in words."""

    label: str
    dataset: str
    loss: str
    noise: Noise
    better: int
    worse: int
    points: float
    text: str
    confidence: str


@dataclass(frozen=True)
class Literature:
    """Everything that others published: tables of accuracies, accuracies class by class, and facts outside tables."""

    tables: Sequence[Published] = ()
    classes: Sequence[ClassAccuracies] = ()
    facts: Sequence[Fact] = ()


def unchecked(confidence: str) -> bool:
    """Whether figures of this confidence, a key of `CONFIDENCES`, are not checked."""
    return confidence.endswith("not_checked")


def marked(text: object, unchecked: bool) -> str:
    """A figure with its mark where it is not checked.

    >>> marked("about a half", True)
    'about a half †'
    """
    return f"{text} {UNCHECKED}" if unchecked else f"{text}"


def parse_noise(text: str) -> Noise:
    """The noise setting that a column is headed with: kind, rate and detail.

    >>> parse_noise("asymmetric 0.4 pairs")
    Noise(kind='asymmetric', rate=0.4, detail='pairs')
    """
    kind, *rest = text.split()
    if kind == "none":
        return CLEAN
    rate = float(rest.pop(0)) if rest and rest[0].startswith("0.") else None
    return Noise(kind, rate, " ".join(rest))


def load(folder: Path) -> Literature:
    """What the files in `folder` hold, by file name; UserError names a file that does not fit."""
    tables, classes, facts = list[Published](), list[ClassAccuracies](), list[Fact]()
    if not folder.is_dir():
        raise UserError("paper", folder, "must be a folder of published figures")
    for path in sorted(folder.glob("*.yaml")):
        content = read_yaml(path)
        with _fits(path):
            tables += [_table(path, content, table) for table in content["tables"]]
            classes += [_class_accuracies(path, content, line) for line in content.get("classes", [])]
            facts += [_fact(path, content, fact) for fact in content.get("facts", [])]
    return Literature(tables, classes, facts)


@contextmanager
def _fits(path: Path) -> Iterator[None]:
    """For a block that takes the content of the file at `path` apart: UserError where it is not as expected."""
    try:
        yield
    except UserError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise UserError(f"{path}: must be a file of published figures: {type(error).__name__} {error}") from None


def _confidence(path: Path, stated: dict[str, Any]) -> str:
    found = stated["confidence"]
    if found not in CONFIDENCES:
        raise UserError(f"{path}: confidence={found}: must be one of {', '.join(CONFIDENCES)}")
    return str(found)


def _table(path: Path, content: dict[str, Any], table: dict[str, Any]) -> Published:
    noises = tuple(parse_noise(text) for text in table["columns"])
    return Published(
        label=content["label"],
        source=content["source"],
        url=content["url"],
        dataset=table["dataset"],
        network=table["network"],
        model=table.get("model"),
        recipe=table["recipe"],
        beside=tuple(table.get("beside", ())),
        epoch=str(table["epoch"]),
        confidence=_confidence(path, table),
        runs=table.get("runs"),
        note=table.get("note"),
        noises=noises,
        cells=_cells(path, table, noises),
    )


def _class_accuracies(path: Path, content: dict[str, Any], line: dict[str, Any]) -> ClassAccuracies:
    """One line of `classes`, which is of the same runs as the file's first table."""
    table = content["tables"][0]
    return ClassAccuracies(
        label=content["label"],
        dataset=table["dataset"],
        loss=line["loss"],
        noise=parse_noise(line["noise"]),
        epoch=int(line["epoch"]),
        mean=float(line["mean"]),
        accuracy=tuple(map(float, line["accuracy"])),
        runs=int(table["runs"]),
        confidence=_confidence(path, table),
    )


def _fact(path: Path, content: dict[str, Any], fact: dict[str, Any]) -> Fact:
    return Fact(
        label=content["label"],
        dataset=fact["dataset"],
        loss=fact["loss"],
        noise=parse_noise(fact["noise"]),
        better=int(fact["better"]),
        worse=int(fact["worse"]),
        points=float(fact["points"]),
        text=fact["text"],
        confidence=_confidence(path, fact),
    )


def _cells(path: Path, table: dict[str, Any], noises: tuple[Noise, ...]) -> dict[tuple[str, Noise], Value]:
    cells = {}
    for loss, row in table["rows"].items():
        if len(row) != len(noises):
            raise UserError(f"{path}: the row of {loss} has {len(row)} values for {len(noises)} columns")
        for noise, cell in zip(noises, row, strict=True):
            match = VALUE.fullmatch(str(cell))
            if match:
                std = float(match[2]) if match[2] else None
                cells[loss, noise] = Value(float(match[1]), std, table.get("decimals", 2))
            elif cell is not None:
                raise UserError(f"{path}: {loss}={cell}: must be a number, with ± and a number, or null")
    return cells
