"""Formats numbers for readers: signs, means with deviations and intervals, counts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


SUM_ERROR = 9  # decimals that the order of a sum does not change


def fixed(value: float, decimals: int = 1) -> str:
    """`value` with its decimals. A mean that lies between two of them looks the same in whichever order it was summed.

    >>> fixed(56.5, 0), fixed(56.50000000000001, 0)
    ('56', '56')
    """
    return f"{round(value, SUM_ERROR):.{decimals}f}"


def signed(value: float, decimals: int = 2) -> str:
    """A difference with its sign; the sign is a plus if the difference rounds to zero.

    >>> signed(-0.5), signed(-0.001)
    ('−0.50', '+0.00')
    """
    text = f"{round(value, SUM_ERROR):+.{decimals}f}"
    return text.replace("-", "−" if float(text) else "+")


def mean_std(values: ArrayLike, decimals: int = 1) -> str:
    """Mean ± sample standard deviation (divisor n - 1) of n values; for one value only the mean.

    >>> mean_std([1.0, 2.0]), mean_std([-0.25], 2)
    ('1.5 ± 0.7', '−0.25')
    """
    import numpy as np  # imported here: the choice of a data set uses `plural` and needs no numpy

    given = np.asarray(values, dtype=np.float64)
    mean = fixed(float(given.mean()), decimals).replace("-", "−")
    return f"{mean} ± {fixed(float(given.std(ddof=1)), decimals)}" if given.size > 1 else mean


def with_interval(mean: float, interval: tuple[float, float] | None, decimals: int = 2) -> str:
    """A mean difference, with its interval if there is one; an end keeps its sign, which says whether 0 is inside.

    >>> with_interval(8.125, (-0.02, 11.25), 1)
    '+8.1 [−0.0, +11.2]'
    """
    ends = f" [{', '.join(f'{end:+.{decimals}f}'.replace('-', '−') for end in interval)}]" if interval else ""
    return signed(mean, decimals) + ends


def plural(count: int, noun: str) -> str:
    """The count and its noun, such as `1 run` or `2 runs`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def listed(names: Sequence[str], most: int = 20) -> str:
    """The names with commas; of more than `most` names the first ones, and how many are left out.

    >>> listed(["a", "b", "c"]), listed(["a", "b", "c"], 1)
    ('a, b, c', 'a and 2 more')
    """
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def ends(numbers: Collection[float], form: str = "{}") -> str:
    """The smallest and the largest number, formatted as in `3 to 6`; only one of them if both look the same.

    >>> ends([6, 3, 4]), ends([3, 3]), ends([0.12, 0.14], "{:.1f}")
    ('3 to 6', '3', '0.1')
    """
    return " to ".join(dict.fromkeys(map(form.format, (min(numbers), max(numbers)))))
