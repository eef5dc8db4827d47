"""Matrices as pictures, a number in each cell where there are few."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm

from sl.figures.style import INK, short
from sl.numbers import fixed
from sl.record.run import Array

MOST_NUMBERS = 10
MANY = f"Colours of more than {MOST_NUMBERS} classes follow the square root of the share, so that small ones show."
ROUNDED = "Rounded; blank: less than 0.5 %."


def class_matrix(axes: Axes, matrix: Array, labels: Sequence[str], *, named: bool = True) -> None:
    """Draw shares in [0, 1], (K, K), from white (0) to dark blue (1); where K <= MOST_NUMBERS, with percentages.

    `named`: labels beside the rows if K <= MOST_NUMBERS; elsewhere, and below the columns, only class numbers.
    """
    few = len(matrix) <= MOST_NUMBERS
    axes.imshow(matrix, norm=PowerNorm(1.0 if few else 0.5, 0, 1), cmap="Blues", interpolation="nearest")
    axes.grid(False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelsize=7.5)
    if few:
        axes.set_xticks(range(len(matrix)))
        axes.set_yticks(range(len(matrix)), [short(label) for label in labels] if named else None)
        cell_numbers(axes, 100 * matrix, 0)
    else:
        axes.locator_params(integer=True)


def cells_of(classes: int) -> str:
    """What the numbers in the cells leave out, or how the colours of many classes are scaled; for the footer."""
    return ROUNDED if classes <= MOST_NUMBERS else MANY


def cell_numbers(axes: Axes, values: Array, decimals: int) -> None:
    """Write each value but those that round to 0 into its cell of the picture, white on dark."""
    shade = np.asarray(axes.images[0].norm(np.asarray(axes.images[0].get_array())))
    for (row, column), value in np.ndenumerate(values):
        text = fixed(value, decimals)
        if np.isfinite(value) and float(text):
            colour = "white" if shade[row, column] > 0.55 else INK
            axes.text(column, row, text, ha="center", va="center", fontsize=6.5, color=colour)


def row_shares(counts: Array) -> Array:
    """Each row of counts (K, K) as shares of its sum; nan for a row without counts."""
    examples = counts.sum(axis=1, keepdims=True)
    return np.divide(counts, examples, out=np.full(counts.shape, np.nan), where=examples > 0)


def heat_map(axes: Axes, values: Mapping[tuple[float, float], float]) -> None:
    """Draw `values`, whose keys are the numbers of row and column, with one decimal; cells without a value are grey."""
    rows, columns = (sorted({place[axis] for place in values}) for axis in (0, 1))
    picture = np.full((len(rows), len(columns)), np.nan)
    for (row, column), value in values.items():
        picture[rows.index(row), columns.index(column)] = value
    axes.imshow(picture, cmap="Blues", aspect="auto", origin="lower", interpolation="nearest")
    axes.set_facecolor("#dddddd")
    axes.grid(False)
    axes.set_xticks(range(len(columns)), [f"{column:g}" for column in columns])
    axes.set_yticks(range(len(rows)), [f"{row:g}" for row in rows])
    cell_numbers(axes, picture, 1)
