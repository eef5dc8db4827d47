"""Checks of losses that are parts of another loss, and of the weights of a sum of two."""

from typing import Any

from sl.checks import number
from sl.errors import UserError
from sl.losses.base import Loss


def part_of(loss: object, name: str, kind: type) -> Any:
    """`loss` if it is a `kind` that can be a part of another loss; else UserError about the parameter `name`.

    The outer loss reduces, weights and ignores. So a part's own `reduction` has no effect, and a part that has a weight
    or an ignore_index is refused.
    """
    if not isinstance(loss, kind):
        raise UserError(name, loss, f"must be a {kind.__name__} of sl.losses")
    assert isinstance(loss, Loss)
    if loss.weight is not None or loss.ignore_index is not None:
        raise UserError(f"{name}: must have neither weight nor ignore_index; give them to the whole loss")
    return loss


def term_weights(alpha: object, beta: object) -> tuple[float, float]:
    """The weights of a sum of two losses, each at least 0; UserError if both are 0, because nothing would be learnt."""
    weights = number("alpha", alpha, 0), number("beta", beta, 0)
    if not any(weights):
        raise UserError("alpha", alpha, f"must be above 0 where beta={beta}: the loss would be 0 whatever is predicted")
    return weights
