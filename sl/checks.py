"""Checks of parameters for constructors; each error names the parameter, its value and what is allowed."""

import math
from collections.abc import Iterable
from numbers import Integral, Real
from typing import TypeVar

from sl.errors import UserError, did_you_mean

T = TypeVar("T")
INT64_MAX = 2**63 - 1
FLOAT32_MAX = (2 - 2**-23) * 2.0**127


def number(
    name: str,
    value: object,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    low_open: bool = False,
    high_open: bool = False,
) -> float:
    """`value` as a float. It must lie in the interval, whose bounds are included unless marked open, and fit float32.

    Raises UserError otherwise, such as ``rate=1.5: must be a number in [0, 1)``.

    >>> number("rate", 0.4, 0, 1, high_open=True)
    0.4
    """
    given = as_float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan
    if math.isfinite(given):
        above = given > low if low_open else given >= low
        below = given < high if high_open else given <= high
        if above and below and abs(given) > FLOAT32_MAX:  # steps are computed in float32, where it would be infinite
            raise UserError(name, value, f"must be a number of at most {FLOAT32_MAX:.6g}, the largest of float32")
        if above and below:
            return given
    left = "(" if low_open or low == -math.inf else "["
    right = ")" if high_open or high == math.inf else "]"
    raise UserError(name, value, f"must be a number in {left}{low:g}, {high:g}{right}{_other_kind(value)}")


def as_float(value: Real) -> float:
    """`value` as a float; infinity for a whole number that is too large for a float."""
    try:
        return float(value)
    except OverflowError:
        return math.inf


def integer(name: str, value: object, low: int, high: int = INT64_MAX) -> int:
    """`value` as an int in [low, high], by default up to the largest int64; raises UserError otherwise.

    >>> integer("epochs", 120, 1)
    120
    """
    if isinstance(value, Integral) and not isinstance(value, bool):
        if low <= int(value) <= high:
            return int(value)
        if int(value) > high:
            raise UserError(name, value, f"must be a whole number from {low} to {high}")
    raise UserError(name, value, f"must be a whole number of at least {low}{_other_kind(value)}")


def _other_kind(value: object) -> str:
    """The type of a value that is no number but prints like one, such as text or a tensor; else an empty string."""
    if isinstance(value, Real):
        return ""
    try:
        float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, RuntimeError):
        return ""
    return f", not a {type(value).__name__}"


def flag(name: str, value: object) -> bool:
    """`value` if it is True or False; raises UserError otherwise, also for text such as "true"."""
    if isinstance(value, bool):
        return value
    raise UserError(name, value, "must be true or false")


def one_of(name: str, value: T, allowed: Iterable[T]) -> T:
    """`value` if it is among `allowed`; otherwise raises UserError that lists what is allowed.

    >>> one_of("reduction", "mean", ("mean", "sum", "none"))
    'mean'
    """
    allowed = tuple(allowed)
    if value in allowed:
        return value
    known = [str(each) for each in allowed]
    raise UserError(name, value, f"{did_you_mean(str(value), known)}must be one of {', '.join(known)}")
