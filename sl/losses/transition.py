"""Check of the transition matrix that a loss is given."""

import torch
from torch import Tensor

from sl.errors import UserError

ALLOWED = "allowed is a (K, K) tensor of probabilities whose rows each sum to 1, K at least 2"


def check_transition(transition: object) -> Tensor:
    """`transition` as float64 (K, K), T[i, j] = P(noisy = j | clean = i); raises UserError if it is none."""
    if not isinstance(transition, Tensor):
        raise UserError(f"transition={transition}: {ALLOWED}")
    shape = tuple(transition.shape)
    if len(shape) != 2 or shape[0] != shape[1] or shape[0] < 2:
        raise UserError(f"transition=a tensor of shape {shape}: {ALLOWED}")
    matrix = transition.detach().to(torch.float64)
    sums = matrix.sum(dim=1)
    if not (matrix >= 0).all() or not torch.allclose(sums, torch.ones_like(sums), rtol=0, atol=1e-6):
        found = f"entries from {matrix.min():g} on and row sums {sums.min():g} to {sums.max():g}"
        raise UserError(f"transition=a matrix with {found}: {ALLOWED}")
    return matrix
