"""Losses as strangers write them: right ones, and with mistakes that were published."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

Array = NDArray[np.float64]


def reverse(p: Tensor, labels: Tensor, least: float = 1e-4) -> Tensor:
    q = functional.one_hot(labels, p.shape[1]).to(p.dtype)
    return -(p * q.clamp(min=least).log()).sum(1)


class Right(nn.Module):
    """As ports of the published code have it."""

    def __init__(self, alpha: float = 0.1, beta: float = 1.0, num_classes: int = 10) -> None:
        super().__init__()
        self.alpha, self.beta, self.num_classes = alpha, beta, num_classes

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        p = logits.softmax(1).clamp(1e-7, 1)
        assert p.shape[1] == self.num_classes
        return self.alpha * functional.cross_entropy(logits, labels) + self.beta * reverse(p, labels).mean()


class WithoutSoftmax(Right):
    """The fault that a library shipped: logits stand where RCE needs probabilities."""

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        p = logits.clamp(1e-7, 1)
        return self.alpha * functional.cross_entropy(logits, labels) + self.beta * reverse(p, labels).mean()


class WithoutAnySoftmax(Right):
    """The same without a clip."""

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        return self.alpha * functional.cross_entropy(logits, labels) + self.beta * reverse(logits, labels).mean()


class WithoutClamp(Right):
    """The fault of a port: log 0 stays minus infinity."""

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        p = logits.softmax(1)
        return self.alpha * functional.cross_entropy(logits, labels) + self.beta * reverse(p, labels, 0.0).mean()


class BaseTen(Right):
    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        p = logits.softmax(1)
        return (
            self.alpha * functional.cross_entropy(logits, labels) + self.beta * reverse(p, labels, math.exp(-4)).mean()
        )


class Summed(Right):
    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        return super().forward(logits, labels) * len(labels)


class OverClasses(Right):
    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        return super().forward(logits, labels) / logits.shape[1]


class Other(Right):
    def __init__(self) -> None:
        super().__init__(alpha=6.0, beta=0.5)

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        self.num_classes = logits.shape[1]
        return super().forward(logits, labels)


class AnyName(Right):
    """Passes on whatever it is given."""

    def __init__(self, num_classes: int, **parameters: float) -> None:
        super().__init__(**parameters, num_classes=num_classes)  # type: ignore[arg-type]


class AsInKeras(Right):
    """The clip of tf.keras.backend.epsilon stands in both terms, as in the published code."""

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        p = logits.softmax(1).clamp(1e-7, 1)
        return self.alpha * functional.nll_loss(p.log(), labels) + self.beta * reverse(p, labels).mean()


class Refusing(Right):
    """A constructor that raises what it likes."""

    def __init__(self) -> None:
        raise ValueError("not\nto be built")


class Unstable(nn.Module):
    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        p = logits.exp() / logits.exp().sum(1, keepdim=True)
        return -p.log().gather(1, labels[:, None]).mean()


def generalized(logits: Array, labels: Any, q: float = 0.7) -> Array:
    """In numpy, a value for each example."""
    if not isinstance(logits, np.ndarray):
        raise TypeError
    p = np.exp(logits - logits.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    return (1 - p[np.arange(len(p)), labels] ** q) / q


def keras_cross_entropy(logits: Tensor, labels: Tensor, least: float = 1e-7) -> Tensor:
    return functional.nll_loss(logits.softmax(1).clamp(least, 1 - least).log(), labels)


def in_place(logits: Tensor, labels: Tensor) -> Tensor:
    """Uses up what it is given."""
    logits -= logits.logsumexp(1, keepdim=True)
    return -logits.gather(1, labels[:, None]).mean()


def three_values(logits: Tensor, labels: Tensor) -> Tensor:
    return logits.new_ones(3)


def no_value(logits: Tensor, labels: Tensor) -> None:
    functional.cross_entropy(logits, labels)


def twice(logits: Tensor, labels: Tensor) -> Tensor:
    return functional.cross_entropy(logits.softmax(1), labels)


def logits_as_logarithms(logits: Tensor, labels: Tensor) -> Tensor:
    return functional.nll_loss(logits, labels)


def logarithm_to_base_10(logits: Tensor, labels: Tensor) -> Tensor:
    return functional.cross_entropy(logits, labels) / math.log(10)


def absolute(logits: Tensor, labels: Tensor) -> Tensor:
    """MAE: what RCE gives with A = -2."""
    p = logits.softmax(1)
    return (p - functional.one_hot(labels, p.shape[1])).abs().sum(1).mean()


def nearly(logits: Tensor, labels: Tensor) -> Tensor:
    """Off by half a per cent."""
    return 1.005 * functional.cross_entropy(logits, labels)


def nonsense(logits: Tensor, labels: Tensor) -> Tensor:
    return logits.mean() + 1
