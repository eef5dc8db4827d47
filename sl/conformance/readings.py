"""What an implementation may compute: the losses as published, and mistakes that are known from public code."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sl.conformance import formulas
from sl.conformance.batches import Array, Batch, Labels
from sl.conformance.catalogue import LOSSES
from sl.conformance.formulas import Parameters, log_softmax

Values = Callable[[Array, Labels], Array]
CLIP = 1e-7  # of probabilities in Keras, and so in the code published with SL


@dataclass(frozen=True)
class Reading:
    """What an implementation may compute: the loss's name, the mistake in it (empty for none), and its values.

    `values` maps logits (N, K) and labels (N,) to the losses (N,).
    """

    loss: str
    mistake: str
    values: Values


def readings(loss: str, parameters: Parameters) -> Iterator[Reading]:
    """The readings of a loss with these parameters: as published first, then with each known mistake."""
    formula = LOSSES[loss].formula

    def plain(logits: Array, labels: Labels) -> Array:
        return formula(log_softmax(logits), labels, parameters)

    yield Reading(loss, "", plain)
    if "log_zero" in parameters:
        yield from _of_reverse(loss, parameters)
    yield Reading(loss, "softmax applied twice", lambda z, y: plain(np.exp(log_softmax(z)), y))
    missing = "softmax missing: logits taken for log-probabilities"
    yield Reading(loss, missing, lambda z, y: formula(z, y, parameters))
    yield Reading(loss, "logarithm to base 10", lambda z, y: plain(z, y) / np.log(10))


def clipped(loss: str, parameters: Parameters) -> Values | None:
    """The loss with p clipped inside CE, as in its published code in Keras; None for a loss without such code."""
    return _with(loss, {**parameters, "p_min": CLIP}) if loss in ("ce", "sl") else None


def _of_reverse(loss: str, parameters: Parameters) -> Iterator[Reading]:
    """The readings with a mistake in RCE, which is linear in A.

    A clip of p inside RCE alone, as in many ports, is no reading: with 100 classes it changes RCE by 1e-4 at most.
    """
    beta, log_zero = parameters.get("beta", 1.0), parameters["log_zero"]
    without = _with(loss, {**parameters, "beta": 0.0}) if "beta" in parameters else lambda z, y: np.zeros(len(y))

    def with_reverse(p: Callable[[Array], Array]) -> Values:
        def values(logits: Array, labels: Labels) -> Array:
            q = np.maximum(np.eye(logits.shape[1])[labels], np.exp(log_zero))
            return without(logits, labels) - beta * (p(logits) * np.log(q)).sum(axis=1)

        return values

    if loss in ("rce", "sl", "nce_rce"):
        missing = "softmax missing inside RCE: logits clipped to [1e-7, 1] taken for probabilities"
        yield Reading(loss, missing, with_reverse(lambda z: np.clip(z, CLIP, 1)))
        yield Reading(loss, "softmax missing inside RCE", with_reverse(lambda z: z))
    other = log_zero / np.log(10)
    meant = f"A = {other:.4g}, the base-10 logarithm, unless it is meant: then give log_zero={other:.4g}"
    yield Reading(loss, meant, _with(loss, {**parameters, "log_zero": other}))


def _with(loss: str, parameters: Parameters) -> Values:
    return lambda logits, labels: LOSSES[loss].formula(log_softmax(logits), labels, parameters)


def implied(batches: Sequence[Batch], means: Sequence[float]) -> tuple[float, float] | None:
    """(alpha, beta * (-A)) for which alpha CE + beta RCE has these `means` on the batches; None if none fits."""
    logs = [(log_softmax(batch.logits), batch.labels) for batch in batches]
    terms = np.array([[formulas.ce(log_p, y, {}).mean(), formulas.rest(log_p, y).mean()] for log_p, y in logs])
    (alpha, weight), *_ = np.linalg.lstsq(terms, np.array(means), rcond=None)
    fits = np.allclose(terms @ [alpha, weight], means, rtol=1e-4, atol=1e-5)
    return (float(alpha), float(weight)) if fits else None
