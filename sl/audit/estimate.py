"""Estimates how many labels are wrong, overall and in each class, and which classes are confused."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from cleanlab.count import estimate_joint

from sl.array_like import Numbers
from sl.audit.bootstrap import RESAMPLES, resampled_shares
from sl.audit.checked import checked
from sl.audit.joint import transition_of, wrong_shares
from sl.audit.posterior import Array, Labels, fit_temperature, joint_of, posterior, temperature_scaled
from sl.checks import integer
from sl.errors import UserError
from sl.stats import LEVEL

STEPS = 20  # of expectation maximisation, as in all recorded audits; not yet converged if classes overlap
MOST_PAIRS = 20


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class NoiseEstimate:
    """The noise that an audit finds among N images of K classes.

    `joint` (K, K) is P(label = i, true = j) and sums to 1; `transition` (K, K) is T[i, j] = P(label = j | true = i).
    `rate` is the share of wrong labels, `by_label` holds the share among the labels of each class, and `wrong` (N,) is
    the probability that each label is wrong. `confident_rate` is cleanlab's estimate of the rate, the starting point.
    """

    joint: Array
    rate: Interval
    by_label: tuple[Interval, ...]
    wrong: Array
    confident_rate: float

    @property
    def images(self) -> int:
        """N, the number of labelled images."""
        return len(self.wrong)

    @property
    def transition(self) -> Array:
        """T (K, K); rows sum to 1. A class to which no image seems to belong has the identity's row."""
        return transition_of(self.joint)

    def pairs(self) -> list[tuple[int, int, float]]:
        """Label, true class and estimated number of images of at most 20 pairs of classes, the most confused first."""
        counts = self.joint * self.images
        np.fill_diagonal(counts, 0)
        found = [(int(i), int(j), float(counts[i, j])) for i, j in np.argwhere(counts >= 0.5)]
        return sorted(found, key=lambda pair: -pair[2])[:MOST_PAIRS]

    def as_json(self, class_names: tuple[str, ...]) -> dict[str, Any]:
        """The content of noise.json; noise=matrix and loss.transition read its `transition`.

        Raises UserError unless there are K class names.
        """
        if len(class_names) != len(self.by_label):
            raise UserError("class_names", len(class_names), f"must be {len(self.by_label)}, one for each class")
        return {
            "images": self.images,
            "class_names": list(class_names),
            "level": LEVEL,
            "resamples": RESAMPLES,
            "rate": vars(self.rate),
            "confident_learning_rate": self.confident_rate,
            "by_label": {name: vars(part) for name, part in zip(class_names, self.by_label, strict=True)},
            "pairs": [{"label": class_names[i], "true": class_names[j], "images": round(count, 1)}
                      for i, j, count in self.pairs()],
            "transition": self.transition.tolist(),
        }  # fmt: skip


def refined(joint: Array, labels: Labels, probabilities: Array) -> tuple[Array, Array]:
    """Fit `joint` (K, K) to the predictions; returns it and the calibrated predictions (N, K).

    Expectation maximisation: each step calibrates the predictions for T, computes the posterior of every image's true
    class, and the joint from these. Confident learning assigns each image to one class, which overestimates the noise
    where the network is not sure; a posterior avoids this.
    """
    calibrated = probabilities
    for _ in range(STEPS):
        transition = transition_of(joint)
        calibrated = temperature_scaled(probabilities, fit_temperature(probabilities, labels, transition))
        joint = joint_of(posterior(calibrated, labels, transition), labels)
    return joint, calibrated


def estimate_noise(labels: Numbers, probabilities: Numbers, seed: int = 0) -> NoiseEstimate:
    """Estimate the noise in `labels` (N,), integers in [0, K), from `probabilities` (N, K).

    Both are tensors, arrays, tables or lists. Label i belongs to row i, and class k to column k; a table's index and
    column names are not read.
    The probabilities must be those of the true class, for examples that the model was not trained on. A model that is
    calibrated to the noisy labels, such as nearest neighbours or a forest, hides noise: with asymmetric noise the
    estimate is far too low. Where classes overlap, clean labels look noisy, because the estimate stops after 20 steps.
    Measured: docs/use-in-your-project.md.

    Intervals are percentiles of 200 bootstrap resamples, drawn with `seed` within the images of each label, around the
    estimate. They are too narrow: the calibration, which varies most where predictions are unsure, is not repeated, and
    they do not include the errors of the network and of the method.
    Raises UserError for other types and shapes, a label that is no class, rows that do not sum to 1 within 0.01, rows
    that are all the same, and a negative seed.
    """
    labels, probabilities = checked(labels, probabilities)
    random = np.random.default_rng(integer("seed", seed, 0))
    first = np.asarray(estimate_joint(labels, probabilities))  # P(label = i, true = j) (K, K), Northcutt et al. 2021
    joint, calibrated = refined(first, labels, probabilities)
    true = posterior(calibrated, labels, transition_of(joint))
    tails = 100 * np.array([(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    shares = wrong_shares(joint)
    around = np.percentile(resampled_shares(joint, labels, calibrated, random), tails, axis=0)
    low, high = np.clip(shares + around, 0, 1)
    intervals = [Interval(*map(float, values)) for values in zip(shares, low, high, strict=True)]
    wrong = 1 - true[np.arange(len(labels)), labels]
    return NoiseEstimate(joint, intervals[0], tuple(intervals[1:]), wrong, float(wrong_shares(first)[0]))
