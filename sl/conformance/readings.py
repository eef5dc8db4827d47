"""What an implementation may compute: the losses as published, and mistakes that are known from public code."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sl.conformance import formulas
from sl.conformance.batches import Array, Batch, Labels
from sl.conformance.catalogue import LOSSES
from sl.conformance.formulas import Parameters, log_softmax

Values = Callable[[Array, Labels], Array]
CLIP = 1e-7  # of probabilities in Keras, and in the code published with SL


@dataclass(frozen=True)
class Reading:
    """One thing that may be computed: the loss's name, what is done differently (empty if nothing), and the values.

    `right` says whether it is a form of the loss that its paper or published code has.
    """

    loss: str
    difference: str
    values: Values
    right: bool = True


def readings(loss: str, parameters: Parameters) -> Iterator[Reading]:
    """As published first, then known differences."""
    formula = LOSSES[loss].formula

    def plain(logits: Array, labels: Labels) -> Array:
        return formula(log_softmax(logits), labels, parameters)

    yield Reading(loss, "", plain)
    if "log_zero" in parameters:
        yield from _of_reverse(loss, parameters)
    if loss in ("ce", "sl"):
        clipped = {**parameters, "p_min": CLIP}
        yield Reading(loss, "p clipped at 1e-7 inside CE, as in Keras", _with(loss, clipped))
    yield Reading(loss, "softmax applied twice", lambda z, y: plain(np.exp(log_softmax(z)), y), right=False)
    yield Reading(
        loss, "softmax missing: logits taken for log-probabilities", lambda z, y: formula(z, y, parameters), right=False
    )
    yield Reading(loss, "logarithm to base 10", lambda z, y: plain(z, y) / np.log(10), right=False)


def _of_reverse(loss: str, parameters: Parameters) -> Iterator[Reading]:
    """RCE is linear in A, and its p may be clipped."""
    beta, log_zero = parameters.get("beta", 1.0), parameters["log_zero"]
    without = _with(loss, {**parameters, "beta": 0.0}) if "beta" in parameters else lambda z, y: np.zeros(len(y))

    def with_reverse(p: Callable[[Array], Array]) -> Values:
        def values(logits: Array, labels: Labels) -> Array:
            q = np.maximum(np.eye(logits.shape[1])[labels], np.exp(log_zero))
            return without(logits, labels) - beta * (p(logits) * np.log(q)).sum(axis=1)

        return values

    def clipped(logits: Array) -> Array:
        return np.clip(np.exp(log_softmax(logits)), CLIP, 1)

    if loss in ("rce", "sl", "nce_rce"):
        yield Reading(loss, "p clipped at 1e-7 inside RCE, as in ports of the published code", with_reverse(clipped))
        missing = "softmax missing inside RCE: logits clipped to [1e-7, 1] taken for probabilities"
        yield Reading(loss, missing, with_reverse(lambda z: np.clip(z, CLIP, 1)), right=False)
        yield Reading(loss, "softmax missing inside RCE", with_reverse(lambda z: z), right=False)
    base_10 = _with(loss, {**parameters, "log_zero": log_zero / np.log(10)})
    yield Reading(loss, f"A = {log_zero / np.log(10):.4g}, the base-10 logarithm", base_10, right=False)


def _with(loss: str, parameters: Parameters) -> Values:
    return lambda logits, labels: LOSSES[loss].formula(log_softmax(logits), labels, parameters)


def implied(batches: Sequence[Batch], means: Sequence[float]) -> tuple[float, float] | None:
    """alpha and beta * (-A) if the batches' means are those of alpha CE + beta RCE with any of them; None if not."""
    logs = [(log_softmax(batch.logits), batch.labels) for batch in batches]
    terms = np.array([[formulas.ce(log_p, y, {}).mean(), formulas.rest(log_p, y).mean()] for log_p, y in logs])
    (alpha, weight), *_ = np.linalg.lstsq(terms, np.array(means), rcond=None)
    fits = np.allclose(terms @ [alpha, weight], means, rtol=1e-4, atol=1e-5)
    return (float(alpha), float(weight)) if fits else None
