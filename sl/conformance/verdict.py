"""Finds what an implementation computes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from sl.conformance.batches import Array, Batch, batches
from sl.conformance.catalogue import LOSSES
from sl.conformance.formulas import Parameters
from sl.conformance.implementation import Implementation
from sl.conformance.readings import Reading, implied, readings

REDUCTIONS: dict[str, Callable[[Array, int], Array]] = {
    "mean over examples": lambda values, classes: values.mean(),
    "sum over examples": lambda values, classes: values.sum(),
    "mean over examples and classes": lambda values, classes: values.mean() / classes,
}
RTOL, ATOL = 1e-4, 1e-5  # float32, and a clip of 1e-7 here and there


@dataclass(frozen=True)
class Finding:
    """`conforms`, and in `lines` what was found."""

    conforms: bool
    lines: tuple[str, ...]


def check(implementation: Implementation, losses: Iterable[str], parameters: Parameters) -> Finding:
    """What the implementation computes, tried against the `losses` with these parameters in place of the usual ones."""
    losses = list(losses)
    usual = [batch for batch in batches() if batch.kind != "extreme"]
    given = [implementation(batch) for batch in usual]
    if not all(np.isfinite(values).all() for values in given):
        return Finding(False, _infinite(usual, given, losses, parameters))
    for loss in losses:
        chosen = _chosen(loss, parameters)
        for reading in readings(loss, chosen):
            reduction = _reduction(reading, usual, given)
            if reduction:
                return _found(implementation, reading, reduction, chosen, usual[2], given[2])
    return Finding(False, ("matches none of the formulas", *_near(usual, given)))


def _chosen(loss: str, parameters: Parameters) -> Parameters:
    """The loss's usual parameters, with those of its own that are given in their place."""
    usual = LOSSES[loss].parameters
    return usual | {name: value for name, value in parameters.items() if name in usual}


def _reduction(reading: Reading, usual: Sequence[Batch], given: Sequence[Array]) -> str | None:
    """The reduction under which all values agree; None if there is none."""
    with np.errstate(all="ignore"):  # a mistake may take logarithms of what is negative
        expected = [(reading.values(batch.logits, batch.labels), batch.logits.shape[1]) for batch in usual]
    if all(values.ndim == 1 for values in given):
        same = all(_close(values, own) for values, (own, _) in zip(given, expected, strict=True))
        return "one value for each example" if same else None
    for name, reduce in REDUCTIONS.items():
        if all(_close(values, reduce(*own)) for values, own in zip(given, expected, strict=True)):
            return name
    return None


def _close(values: Array, expected: Array) -> bool:
    return values.shape == np.shape(expected) and bool(np.allclose(values, expected, rtol=RTOL, atol=ATOL))


def _found(
    implementation: Implementation, reading: Reading, reduction: str, chosen: Parameters, batch: Batch, values: Array
) -> Finding:
    known = LOSSES[reading.loss]
    shown = ", ".join(f"{key} {value:.5g}" for key, value in chosen.items())
    lines = [f"computes {reading.loss}{f' ({shown})' if shown else ''}: {known.text}; {known.source}", reduction]
    conforms = reading.right and reduction != "mean over examples and classes"
    if reading.difference:
        right = next(readings(reading.loss, chosen)).values(batch.logits, batch.labels)
        number = REDUCTIONS[reduction](right, batch.logits.shape[1]) if reduction in REDUCTIONS else right
        lines.append(
            f"{'difference' if reading.right else 'MISTAKE'}: {reading.difference} "
            f"({_short(values)} for {_short(number)} on {batch.name})"
        )
    if not conforms and reading.right:
        lines.append("MISTAKE: the mean is taken over examples and classes: K times too small")
    extremes = [implementation(each) for each in batches() if each.kind == "extreme"]
    finite = all(np.isfinite(values).all() for values in extremes)
    lines.append("finite for logits up to 1e4" if finite else "MISTAKE: not finite for logits of 50 to 1e4")
    return Finding(conforms and finite, tuple(lines))


def _infinite(
    usual: Sequence[Batch], given: Sequence[Array], losses: Iterable[str], parameters: Parameters
) -> tuple[str, ...]:
    place = next(number for number, values in enumerate(given) if not np.isfinite(values).all())
    batch, values = usual[place], given[place]
    lines = [f"MISTAKE: {_short(values)} on ordinary logits ({batch.name})"]
    if any("log_zero" in LOSSES[loss].parameters for loss in losses):
        right = next(readings("sl", _chosen("sl", parameters))).values(batch.logits, batch.labels)
        expected = right if values.ndim else right.mean()
        lines.append(f"in SL or RCE: the clamp of log 0 is missing ({_short(values)} for {_short(expected)})")
    return tuple(lines)


def _near(usual: Sequence[Batch], given: Sequence[Array]) -> tuple[str, ...]:
    """Whether it is SL with other parameters."""
    fits = implied(usual, [float(values.mean()) for values in given])
    return (f"it is alpha CE - beta A (1 - p_y) with alpha {fits[0]:.4g}, beta * (-A) {fits[1]:.4g}",) if fits else ()


def _short(values: Array) -> str:
    return ", ".join(f"{value:.4g}" for value in np.atleast_1d(values))
