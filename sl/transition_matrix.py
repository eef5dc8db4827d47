"""The check of a transition matrix for noise models and losses."""

import torch
from torch import Tensor

from sl.array_like import Numbers, as_tensor
from sl.errors import MISSING, UserError

ROW_SUM_TOLERANCE = 1e-6


def as_transition(transition: Numbers) -> Tensor:
    """A matrix (K, K), given as a tensor, array or lists, as float64; UserError unless it is row-stochastic.

    >>> as_transition([[0.9, 0.1], [0.2, 0.8]])
    tensor([[0.9000, 0.1000],
            [0.2000, 0.8000]], dtype=torch.float64)
    """
    matrix = as_tensor("transition", transition).detach().to(torch.float64)
    check_transition(matrix)
    return matrix


def check_transition(
    transition: Tensor, name: str = "transition", value: object = MISSING, tolerance: float = ROW_SUM_TOLERANCE
) -> None:
    """Raise UserError unless the matrix is row-stochastic, (K, K) float64, K > 0; the error prints `name` and `value`.

    The sum of a row may differ from 1 by at most `tolerance`.
    """
    square = transition.ndim == 2 and transition.shape[0] == transition.shape[1] > 0
    if transition.dtype != torch.float64 or not square:
        found = f"{tuple(transition.shape)} {str(transition.dtype).removeprefix('torch.')}"
        raise UserError(name, value, f"must be (K, K) float64, not {found}")
    for row, entries in enumerate(transition):
        # Both conditions are written so that nan fails too.
        if not bool((entries >= 0).all()):
            raise UserError(name, value, f"must hold probabilities, but row {row} has the entry {entries.min():g}")
        total = entries.sum().item()
        if not abs(total - 1) <= tolerance:
            rule = f"must have rows that sum to 1 within {tolerance:g}, but row {row} sums to {total:.8g}"
            raise UserError(name, value, rule)
