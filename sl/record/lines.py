"""A line of a record as text: reading checks it by the schema; a repeated run writes the same bytes."""

import json
import math
from typing import Annotated, Any, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from sl.record.schema import Epoch, Header, Line, Probe

T = TypeVar("T", Epoch, Probe)
_LINE: TypeAdapter[Line] = TypeAdapter(Annotated[Line, Field(discriminator="kind")])


def parse(text: bytes) -> Line:
    """The line that `text` holds; ValueError says in one line what is wrong with it.

    >>> parse(b'{"kind":"end","epoch_seconds":[],"seconds":-1.0,"finished":""}')
    Traceback (most recent call last):
    ValueError: seconds=-1.0: must be greater than or equal to 0
    """
    try:
        return _LINE.validate_json(text)
    except ValidationError as error:
        raise ValueError(first_mistake(error, 1)) from None


def first_mistake(error: ValidationError, outside: int = 0) -> str:
    """The first mistake in one line: place, value and rule. The first `outside` parts of the place are left out."""
    first = error.errors(include_url=False)[0]
    place = ".".join(map(str, first["loc"][outside:]))
    given = json.dumps(first["input"], default=str) if first["type"] not in ("missing", "json_invalid") else None
    what = place if given is None else f"{place or 'line'}={given if len(given) <= 60 else f'{given[:57]}...'}"
    return f"{what}: {first['msg']}".replace("Input should", "must").replace("Value error, ", "").removeprefix(": ")


def serialise(line: Line) -> bytes:
    """`line` as a record holds it, with its line break. Fields that were not set are left out.

    Values of epochs and probes are rounded to six significant digits, so that a repeated run writes the same bytes;
    other lines keep theirs.
    """
    values = {"kind": line.kind, **line.model_dump(exclude_unset=True)}
    if isinstance(line, Header):
        values = {"kind": line.kind, "format": line.format, **values}
    elif isinstance(line, Epoch | Probe):
        values = rounded(values)
    return json.dumps(values, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def as_recorded(line: T) -> T:
    """The line of an epoch or a probe as reading the record gives it, with rounded values."""
    return type(line).model_validate(rounded(line.model_dump(exclude_unset=True)))


def rounded(value: Any) -> Any:
    """`value` with floats rounded to six significant digits, and None for each that is not finite."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return value
