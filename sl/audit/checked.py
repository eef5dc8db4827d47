"""Checks the labels and predicted probabilities that a user passes to the noise estimate."""

import numpy as np

from sl.array_like import Numbers, as_tensor, class_numbers, describe
from sl.audit.posterior import Array, Labels
from sl.errors import UserError

SUM_TOLERANCE = 0.01  # lets half precision and rounded numbers pass, but not logits
LEAST_DIFFERENCE = 1e-6  # between rows; a network that predicts one thing differs by its rounding


def checked(labels: Numbers, probabilities: Numbers) -> tuple[Labels, Array]:
    """Convert tensors, arrays, tables or lists to labels (N,) int64 and probabilities (N, K) float64.

    Label i belongs to row i. Raises UserError for another type or shape, a label outside [0, K), an entry that is no
    probability, a row that does not sum to 1 within `SUM_TOLERANCE`, or rows that are all the same: with these any
    transition matrix that gives the labels' shares fits equally well, so that no estimate follows.
    """
    tensor = as_tensor("probabilities", probabilities).detach()
    if tensor.ndim != 2 or tensor.shape[1] < 2 or len(tensor) < 2:
        raise UserError("probabilities", describe(tensor), "must be of shape (N, K), N at least 2 and K at least 2")
    given = class_numbers("labels", as_tensor("labels", labels).cpu(), classes=tensor.shape[1]).numpy()
    if len(given) != len(tensor):
        raise UserError("labels", f"{len(given)} examples", f"must be {len(tensor)}, one for each row of probabilities")
    array = tensor.cpu().double().numpy()
    _check_probabilities(array)
    return given, array


def _check_probabilities(probabilities: Array) -> None:
    unfit = np.argwhere(~(probabilities >= 0))  # in this form it finds nan too
    if len(unfit):
        row, column = unfit[0]
        rule = "must be a probability; apply softmax to logits, exp to log-probabilities"
        raise UserError(f"probabilities[{row}, {column}]", f"{probabilities[row, column]:g}", rule)
    totals = probabilities.sum(1)
    rows = np.flatnonzero(~(np.abs(totals - 1) <= SUM_TOLERANCE))
    if len(rows):
        rule = f"must have rows that sum to 1 within {SUM_TOLERANCE}, but row {rows[0]} sums to {totals[rows[0]]:g}"
        raise UserError("probabilities", rule=rule)
    if (probabilities.max(0) - probabilities.min(0)).max() <= LEAST_DIFFERENCE:
        rule = "must differ from row to row; a model that predicts the same for all examples says nothing about a label"
        raise UserError("probabilities", rule=rule)
