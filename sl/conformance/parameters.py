"""The parameters that a user gives: which of them the implementation gets, and which the formulas get."""

from collections.abc import Iterable, Sequence

import numpy as np

from sl.conformance.batches import Batch
from sl.conformance.catalogue import LOSSES
from sl.conformance.formulas import Parameters
from sl.conformance.implementation import CLASS_COUNTS, Implementation
from sl.conformance.readings import readings
from sl.errors import UserError


def check_names(implementation: Implementation, losses: Iterable[str]) -> None:
    """Raise UserError for a parameter that neither the target nor a formula has, and for the number of classes."""
    of_formulas = {name for loss in losses for name in LOSSES[loss].parameters}
    for name, value in implementation.parameters.items():
        if name in CLASS_COUNTS:
            raise UserError(name, f"{value:g}", "must not be given: the check sets it")
        if name not in of_formulas and not implementation.takes(name):
            allowed = f", such as {', '.join(sorted(of_formulas))}" if of_formulas else ""
            rule = f"must be a parameter of {implementation.name} or of a formula that is tried{allowed}"
            raise UserError(name, f"{value:g}", rule)


def chosen(loss: str, parameters: Parameters) -> Parameters:
    """The parameters of the loss: its usual ones, replaced by those of `parameters` that it has."""
    usual = LOSSES[loss].parameters
    return usual | {name: value for name, value in parameters.items() if name in usual}


def defined(losses: Sequence[str], parameters: Parameters, batches: Sequence[Batch]) -> dict[str, Parameters]:
    """The losses whose formula is finite on all batches with these parameters; for each loss, all its parameters.

    A formula may have no value, for instance where a transition matrix has no inverse. Raises UserError if no loss is
    left.
    """
    found = {loss: chosen(loss, parameters) for loss in losses}
    kept = {loss: own for loss, own in found.items() if _has_values(loss, own, batches)}
    if not kept:
        wrong = "; ".join(
            f"the formula of {loss} has no value with {parameters_text(own)}" for loss, own in found.items()
        )
        raise UserError(wrong)
    return kept


def parameters_text(parameters: Parameters) -> str:
    """Names and values as text, such as ``alpha 0.1, beta 1``."""
    return ", ".join(f"{name} {value:.5g}" for name, value in parameters.items())


def not_taken(implementation: Implementation) -> list[str]:
    """A line that names the parameters that only the formulas use; an empty list if there are none."""
    left = {name: value for name, value in implementation.parameters.items() if not implementation.takes(name)}
    them = "it" if len(left) == 1 else "them"
    named = f"{implementation.name} does not take {parameters_text(left)}"
    return [f"{named}: only the formulas use {them}"] if left else []


def _has_values(loss: str, parameters: Parameters, batches: Sequence[Batch]) -> bool:
    plain = next(readings(loss, parameters)).values
    try:
        with np.errstate(all="ignore"):
            return all(np.isfinite(plain(batch.logits, batch.labels)).all() for batch in batches)
    except (ArithmeticError, np.linalg.LinAlgError):
        return False
