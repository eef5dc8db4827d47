"""Compares an implementation with the readings and says which of them it computes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sl.conformance.batches import Array, Batch, batches, wrong_batches
from sl.conformance.catalogue import LOSSES
from sl.conformance.formulas import Parameters
from sl.conformance.implementation import Implementation
from sl.conformance.parameters import check_names, chosen, defined, not_taken, parameters_text
from sl.conformance.readings import Reading, Values, clipped, implied, readings

REDUCTIONS: dict[str, Callable[[Array, int], Array]] = {
    "mean over examples": lambda values, classes: values.mean(),
    "sum over examples": lambda values, classes: values.sum(),
    "mean over examples and classes": lambda values, classes: values.mean() / classes,
}
RTOL, ATOL = 1e-4, 1e-5  # they allow for float32 and for probabilities clipped at 1e-7


@dataclass(frozen=True)
class Finding:
    """Whether an implementation conforms, and the lines for the user: what it computes, and its mistakes."""

    conforms: bool
    lines: tuple[str, ...]


def check(implementation: Implementation, losses: Iterable[str]) -> Finding:
    """Compare the implementation with the `losses`; its parameters replace the usual ones of the formulas.

    Raises UserError for a parameter that neither side has, and if no formula has values with the parameters.
    """
    losses = list(losses)
    check_names(implementation, losses)
    usual = [batch for batch in batches() if batch.kind != "extreme"]
    tried = defined(losses, implementation.parameters, usual)
    given = [implementation(batch) for batch in usual]
    if not all(np.isfinite(values).all() for values in given):
        return Finding(False, _infinite(usual, given, tried, implementation.parameters))
    read = [reading for loss, parameters in tried.items() for reading in readings(loss, parameters)]
    for reading in sorted(read, key=lambda each: bool(each.mistake)):  # a mistake in one loss may equal another loss
        if reduction := _reduction(reading.values, usual, given):
            return _found(implementation, reading, tried[reading.loss], reduction)
    return Finding(False, ("matches none of the formulas", *_near(usual, given), *not_taken(implementation)))


def _reduction(values: Values, usual: Sequence[Batch], given: Sequence[Array]) -> str | None:
    """The reduction under which all values agree; None if there is none."""
    with np.errstate(all="ignore"):  # a mistake may take logarithms of negative numbers
        expected = [(values(batch.logits, batch.labels), batch.logits.shape[1]) for batch in usual]
    if all(each.ndim == 1 for each in given):
        same = all(_close(each, own) for each, (own, _) in zip(given, expected, strict=True))
        return "one value for each example" if same else None
    for name, reduce in REDUCTIONS.items():
        if all(_close(each, reduce(*own)) for each, own in zip(given, expected, strict=True)):
            return name
    return None


def _close(values: Array, expected: Array) -> bool:
    return values.shape == np.shape(expected) and bool(np.allclose(values, expected, rtol=RTOL, atol=ATOL))


def _found(implementation: Implementation, reading: Reading, parameters: Parameters, reduction: str) -> Finding:
    """The finding for an implementation that computes `reading` under `reduction`."""
    known, plain = LOSSES[reading.loss], next(readings(reading.loss, parameters)).values
    named = f"{reading.loss} ({parameters_text(parameters)})" if parameters else reading.loss
    mistakes = []
    if reading.mistake:
        batch = next(batch for batch in batches() if batch.name == "ordinary_10")
        mistakes.append(f"{reading.mistake} ({_beside(implementation(batch), plain, reduction, batch)})")
    elif reduction == "mean over examples and classes":
        mistakes.append("the mean is taken over examples and classes: K times too small")
    beyond = [implementation(each) for each in batches() if each.kind == "extreme"]
    confident = [implementation(each) for each in wrong_batches()]
    finite = all(np.isfinite(each).all() for each in [*beyond, *confident])
    if not finite:
        mistakes.append("not finite for logits of 20 to 1e4")
    return Finding(
        not mistakes,
        (
            f"computes {named}: {known.text}; {known.source}",
            reduction,
            *(_differences(plain, clipped(reading.loss, parameters), reduction, confident) if not mistakes else ()),
            *(f"MISTAKE: {mistake}" for mistake in mistakes),
            *(["finite for logits up to 1e4"] if finite else []),
            *not_taken(implementation),
        ),
    )


def _differences(plain: Values, clip: Values | None, reduction: str, given: Sequence[Array]) -> Iterator[str]:
    """A line on how the values `given` for confident wrong predictions differ from the formula's, if they do."""
    wrong = wrong_batches()
    if _reduction(plain, wrong, given) != reduction:
        found = clip is not None and _reduction(clip, wrong, given) == reduction
        what = "p clipped at 1e-7 inside CE, as in Keras" if found else "other values where p_y is 2e-9"
        yield f"difference: {what} ({_beside(given[1], plain, reduction, wrong[1])})"


def _beside(values: Array, plain: Values, reduction: str, batch: Batch) -> str:
    """The given values and those of the formula on the batch, as text."""
    right = plain(batch.logits, batch.labels)
    number = REDUCTIONS[reduction](right, batch.logits.shape[1]) if reduction in REDUCTIONS else right
    return f"{_short(values)} instead of {_short(number)} on {batch.name}"


def _infinite(
    usual: Sequence[Batch], given: Sequence[Array], losses: Iterable[str], parameters: Parameters
) -> tuple[str, ...]:
    place = next(number for number, values in enumerate(given) if not np.isfinite(values).all())
    batch, values = usual[place], given[place]
    lines = [f"MISTAKE: {_short(values)} on ordinary logits ({batch.name})"]
    if any("log_zero" in LOSSES[loss].parameters for loss in losses):
        right = next(readings("sl", chosen("sl", parameters))).values(batch.logits, batch.labels)
        expected = right if values.ndim else right.mean()
        lines.append(f"in SL or RCE: the clamp of log 0 is missing ({_short(values)} instead of {_short(expected)})")
    return tuple(lines)


def _near(usual: Sequence[Batch], given: Sequence[Array]) -> tuple[str, ...]:
    """A line with alpha and beta * (-A) where SL with these parameters fits; else empty."""
    fits = implied(usual, [float(values.mean()) for values in given])
    return (f"it is alpha CE - beta A (1 - p_y) with alpha {fits[0]:.4g}, beta * (-A) {fits[1]:.4g}",) if fits else ()


def _short(values: Array) -> str:
    return ", ".join(f"{value:.4g}" for value in np.atleast_1d(values))
