"""Numbers as the page holds them: rounded, so that the page stays small; null where a value is missing."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def tenths(shares: ArrayLike) -> Any:
    """Shares in [0, 1] as tenths of a percent: whole numbers, nested as given; None where nan.

    >>> tenths([[0.1234, 1.0], [float("nan"), 0]])
    [[123, 1000], [None, 0]]
    """
    return _whole((1000 * np.asarray(shares, dtype=np.float64)).round().tolist())


def hundredths(value: float | None) -> float | None:
    """`value` to two decimals; None where it is missing or nan.

    >>> hundredths(84.5678), hundredths(float("nan"))
    (84.57, None)
    """
    return None if value is None or math.isnan(value) else round(value, 2)


def _whole(value: Any) -> Any:
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return None if math.isnan(value) else int(value)
