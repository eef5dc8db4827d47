"""A line of a record as text: read with the checks of the schema, written so that a record repeats byte for byte."""

import json
import math
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from sl.record.schema import Epoch, Header, Line, Probe

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
    """The first of the mistakes in one line: where, what stands there and what must; without the `outside` of where."""
    first = error.errors(include_url=False)[0]
    place = ".".join(map(str, first["loc"][outside:]))
    given = json.dumps(first["input"], default=str) if first["type"] not in ("missing", "json_invalid") else None
    what = place if given is None else f"{place or 'line'}={given if len(given) <= 60 else f'{given[:57]}...'}"
    return f"{what}: {first['msg']}".replace("Input should", "must").replace("Value error, ", "").removeprefix(": ")


def serialise(line: Line) -> bytes:
    """`line` as it stands in a record, with its line break. Fields that were not set are left out.

    Measured values have six significant digits, so that a record repeats byte for byte; a header's stay as they are.
    """
    values = {"kind": line.kind, **line.model_dump(exclude_unset=True)}
    if isinstance(line, Header):
        values = {"kind": line.kind, "format": line.format, **values}
    elif isinstance(line, Epoch | Probe):
        values = rounded(values)
    return json.dumps(values, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def rounded(value: Any) -> Any:
    """`value` with floats to six significant digits, and null for what is not finite."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return value
