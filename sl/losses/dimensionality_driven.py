"""Dimensionality-driven learning: predictions replace labels once the dimension of the representations grows."""

import math
from typing import Unpack

import torch
from torch import Tensor

from sl.array_like import describe
from sl.checks import integer, number
from sl.errors import UserError
from sl.losses.base import EpochView, Loss, Options, check_tensors
from sl.losses.cross_entropy import CrossEntropy, term_or_cross_entropy
from sl.losses.local_dimensionality import local_intrinsic_dimensionality
from sl.losses.tensors import at_label
from sl.losses.term import Term, mix_with_prediction, one_hot

SAMPLE, BATCH = 1280, 128  # images measured each epoch, in parts of this size, as in the published code


def parts(points: int) -> int:
    """How many parts of about BATCH points a sample of `points` is split into."""
    return max(1, points // BATCH)


def smallest_part(num_examples: int) -> int:
    """How many points the smallest part of a sample has when there are `num_examples` training images."""
    points = min(SAMPLE, num_examples)
    return points // parts(points)


class DimensionalityDriven(Loss):
    """D2L: CE with the target a q + (1 - a) g, q the label, g one-hot at the predicted class; a = 1 at first.

    Ma et al., "Dimensionality-Driven Learning with Noisy Labels", ICML 2018, in the form of its published code. After
    every epoch i of T the LID of the representation is measured: the mean over a sample, with k = `neighbours`. The
    turning point is the first epoch from start * T on whose LID exceeds the mean of the `window` epochs before it by
    more than two of their standard deviations. From there on a = exp(-(i / T) LID_i / min_{j <= i} LID_j).

    Differences: the paper returns to the weights of the epoch before the turning point. The published code loads the
    latest weights there, which changes nothing, and this class keeps the weights too. That code also measures the
    untrained network and smooths the labels by 0.01 while a = 1; this class does neither. An epoch whose LID is not
    finite takes the LID of the epoch before.
    It learns in `after_epoch` alone, which the trainer calls; in a loop of your own you call it after every epoch
    (docs/use-in-your-project.md). Without that, the turning point never comes and the loss stays CE, or its `term`.
    start in [0, 1], window >= 2. `term` replaces CE before the turning point, as SL does in the published code's later
    form; after it the loss is CE with the adapted label. `p_min` is CE's. With `num_examples`, the number of training
    images, too many `neighbours` are a UserError at once.

    `alpha` () is a, `turned` () whether the turning point is past, `least` () the least LID and `recent` (window,)
    the latest ones. Shapes: see `Loss`. Raises UserError if a parameter is outside its range.

    >>> logits = torch.tensor([[0.7, 0.2, 0.1]]).log()
    >>> DimensionalityDriven(start=0.375, window=5, neighbours=20)(logits, torch.tensor([1]))
    tensor(1.6094)
    """

    linear_in_target = False
    alpha: Tensor
    turned: Tensor
    least: Tensor
    recent: Tensor

    def __init__(
        self,
        start: float,
        window: int,
        neighbours: int,
        reduction: str = "mean",
        term: Term | None = None,
        p_min: float = 0.0,
        num_examples: int | None = None,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(reduction, **options)
        self.start = number("start", start, 0, 1)
        self.window, self.neighbours = integer("window", window, 2), integer("neighbours", neighbours, 2)
        if num_examples is not None and self.neighbours >= (points := smallest_part(num_examples)):
            rule = f"must be less than {points}, the least number of training images that are compared at once"
            raise UserError("neighbours", neighbours, rule)
        self.adapted = CrossEntropy(p_min=p_min)
        self.term = self.adapted if term is None else term_or_cross_entropy(term)
        self.register_buffer("alpha", torch.ones((), dtype=torch.float64))
        self.register_buffer("turned", torch.zeros((), dtype=torch.bool))
        self.register_buffer("least", torch.full((), math.inf, dtype=torch.float64))
        self.register_buffer("recent", torch.full((self.window,), math.nan, dtype=torch.float64))

    def per_example(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The term of the given label before the turning point, CE of the adapted label after it."""
        log_p = logits.log_softmax(dim=1)
        return self._chosen(log_p, self.term.of_label(at_label(log_p, labels)), one_hot(log_p, labels))

    def per_target(self, logits: Tensor, target: Tensor) -> Tensor:
        """The same for soft targets (N, K)."""
        log_p = logits.log_softmax(dim=1)
        return self._chosen(log_p, self.term.of_target(log_p, target), target)

    def _chosen(self, log_p: Tensor, before: Tensor, target: Tensor) -> Tensor:
        after = self.adapted.of_target(log_p, mix_with_prediction(log_p, target, self.alpha))
        return torch.where(self.turned, after, before)

    @torch.no_grad()
    def after_epoch(self, view: EpochView) -> None:
        """Measure the LID, detect the turning point and adapt `alpha`, all without waiting for the device.

        `recent` holds nan until the window is full; a comparison with nan is false, so no turning point is found.
        """
        super().after_epoch(view)
        lid = self.measure(view)
        lid = torch.where(lid.isfinite(), lid, self.recent[-1])
        jumps = lid - self.recent.mean() > 2 * self.recent.std(correction=0)
        if view.epoch >= self.start * view.epochs:
            self.turned.logical_or_(jumps)
        self.least.copy_(torch.fmin(self.least, lid))
        paced = torch.exp(-view.epoch / view.epochs * lid / self.least)
        self.alpha.copy_(torch.where(self.turned, paced, 1.0))
        self.recent.copy_(torch.cat([self.recent[1:], lid[None]]))

    def measure(self, view: EpochView) -> Tensor:
        """Mean LID () float64 of a sample of training images; neighbours are searched within parts of about BATCH."""
        points = view.represent(SAMPLE)
        check_tensors(represent=points)
        if points.ndim != 2:
            rule = "must return rows (count, D); .flatten(1) makes them of feature maps"
            raise UserError("represent", describe(points), rule)
        batches = points.tensor_split(parts(len(points)))
        return torch.cat([local_intrinsic_dimensionality(batch, self.neighbours) for batch in batches]).mean()
