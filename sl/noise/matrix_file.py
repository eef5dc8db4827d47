"""A transition matrix in a file: .npy, .csv (commas), .txt (blanks) or .json, as people and programs write them."""

import csv
import json
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sl.errors import UserError, reason
from sl.files import expanded, file_digest
from sl.say import notice
from sl.transition_matrix import ROW_SUM_TOLERANCE, check_transition

SUFFIXES = (".npy", ".csv", ".txt", ".json")
# The errors that Python's and numpy's readers raise for damaged files.
UNREADABLE = (
    *(OSError, EOFError, KeyError, TypeError, ValueError, OverflowError, RecursionError, MemoryError),
    *(csv.Error, tokenize.TokenError),
)
ROUNDING = 1e-4  # how far the sum of a row written with few decimals may be from 1; it is then divided by its sum


@dataclass(frozen=True, eq=False)
class MatrixFile:
    """T (K, K) float64, T[i, j] = P(noisy = j | clean = i), and its class names in order (None if the file has none).

    Text may begin with a line of K class names, and each row with its own name, as pandas writes a table. Rows and
    columns without names get the names 0 to K - 1 from pandas: these are class numbers, unless the data set uses one of
    them as a name. In .txt, text after # is a comment; in .csv, only a line that begins with # and has no comma. JSON
    holds `transition` and `class_names`.
    """

    path: str | Path
    matrix: Tensor
    class_names: tuple[str, ...] | None

    def for_classes(self, names: tuple[str, ...], option: str, dataset: str) -> Tensor:
        """T in the order of the data set's classes `names`; UserError about the `option` if T does not fit them."""
        if len(self.matrix) != len(names):
            size = " x ".join([str(len(self.matrix))] * 2)
            rule = f"it is a {size} matrix, must be {len(names)} x {len(names)} on dataset={dataset}"
            raise UserError(option, self.path, rule)
        numbers = tuple(map(str, range(len(names))))
        if self.class_names is None or (self.class_names == numbers and not set(names) & set(numbers)):
            return self.matrix
        if sorted(self.class_names) != sorted(names):
            rule = f"it names the classes {', '.join(self.class_names)}, must be those of dataset={dataset}: "
            raise UserError(option, self.path, rule + ", ".join(names))
        order = [self.class_names.index(name) for name in names]
        return self.matrix[order][:, order]


def digest(path: str | Path) -> str:
    """The first 16 hexadecimal digits of the sha256 of a file that `read_matrix` has read."""
    return file_digest(expanded("path", path))[:16]


def read_matrix(path: object, option: str) -> MatrixFile:
    """The matrix at `path`; UserError about the `option` if it cannot be read or is no transition matrix.

    A row whose sum misses 1 by 1e-6 to 1e-4 is divided by it, with a notice.
    """
    if path is None:
        raise UserError(f"{option}=FILE", rule=f"is required, a matrix that ends in {', '.join(SUFFIXES)}")
    if not isinstance(path, (str, Path)) or Path(path).suffix.lower() not in SUFFIXES:
        raise UserError(option, path, f"must be a file that ends in {', '.join(SUFFIXES)}")
    file = expanded(option, path)
    try:
        numbers, names = _parse(file)
    except UNREADABLE as error:
        lacks = "it lacks the key " if isinstance(error, KeyError) else ""
        raise UserError(option, path, f"cannot be read as a matrix of numbers: {lacks}{reason(error)}") from None
    matrix = torch.from_numpy(_summing_to_one(numbers, path, option))
    check_transition(matrix, option, path, ROUNDING)
    if names is not None and len(names) != len(matrix):
        raise UserError(option, path, f"it names {len(names)} classes, must name {len(matrix)}, one for each row")
    return MatrixFile(path, matrix, names)


def _summing_to_one(matrix: NDArray[np.float64], path: object, option: str) -> NDArray[np.float64]:
    if matrix.ndim != 2 or not matrix.size:
        return matrix
    misses, columns = np.abs(matrix.sum(1) - 1), np.abs(matrix.sum(0) - 1)
    if misses.max() > ROUNDING >= columns.max():
        rule = "its columns sum to 1 and its rows do not: must be transposed, a row for each clean class"
        raise UserError(option, path, rule)
    if ROW_SUM_TOLERANCE < misses.max() <= ROUNDING:
        notice(f"{option}={path}: rows that sum to 1 within {misses.max():.1g} are divided by their sum")
        return matrix / matrix.sum(1, keepdims=True)
    return matrix


def _parse(file: Path) -> tuple[NDArray[np.float64], tuple[str, ...] | None]:
    suffix = file.suffix.lower()
    if suffix == ".npy":
        with file.open("rb") as opened:  # np.load takes a file that begins with PK for an archive, and leaves it open
            held = np.lib.format.read_array(opened, allow_pickle=False)
        if np.iscomplexobj(held):
            raise TypeError(f"it holds {held.dtype}")
        return np.asarray(held, dtype=np.float64), None
    text = file.read_text(encoding="utf-8-sig")
    if suffix == ".json":
        return _from_json(json.loads(text))
    if suffix == ".csv":  # a class may be called #a: only a line that begins with # and holds no comma is a comment
        lines = (line for line in text.splitlines() if line.strip())
        return _from_cells(csv.reader(line for line in lines if "," in line or not line.lstrip().startswith("#")))
    uncommented = (line.split("#")[0].split() for line in text.splitlines())
    return _from_cells(row for row in uncommented if row)


def _from_json(content: Any) -> tuple[NDArray[np.float64], tuple[str, ...] | None]:
    if not isinstance(content, dict):
        raise TypeError("it must be an object with the key 'transition'")
    matrix = np.array(content["transition"], dtype=np.float64)
    names = content.get("class_names")
    if not isinstance(names, list | None):
        raise TypeError("its class_names must be a list")
    return matrix, None if names is None else tuple(map(str, names))


def _from_cells(cells: Iterable[list[str]]) -> tuple[NDArray[np.float64], tuple[str, ...] | None]:
    """The matrix and its class names or None: an extra first row holds names, and so may an extra first column."""
    rows = [[cell.strip() for cell in row] for row in cells]
    if not rows:
        raise ValueError("it is empty")
    size, columns = len(rows) - 1, len(rows[-1])
    corner = rows[0][0] if len(rows[0]) != size else ""  # a matrix without names has a number there
    named_rows = columns == size + 1 and not (_is_number(corner) and _is_number(rows[-1][0]))
    if not named_rows and columns != size:
        return _numbers(rows), None
    head = rows[0][1:] if named_rows and len(rows[0]) == columns else rows[0]
    if named_rows and head != [row[0] for row in rows[1:]]:
        rule = "it must have as many rows as columns, of numbers such as 0.9; "
        raise ValueError(rule + "row names, if any, must be the column names in the same order")
    return _numbers([head, *(row[named_rows:] for row in rows[1:])], 1), tuple(head)


def _numbers(rows: list[list[str]], first: int = 0) -> NDArray[np.float64]:
    if len({len(row) for row in rows}) > 1:
        raise ValueError("its rows differ in length")
    return np.array(rows[first:], dtype=np.float64)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
