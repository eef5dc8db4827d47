"""From labels and predictions: how many labels are wrong, how reliable that estimate is, and which to change."""

from dataclasses import dataclass

from sl.audit.estimate import NoiseEstimate, estimate_noise
from sl.audit.rank import Array, Ranking, rank
from sl.audit.subject import Subject
from sl.audit.trust import Trust, trust_in


@dataclass(frozen=True, eq=False)
class Analysis:
    """The noise among a subject's labels, how far its networks can be trusted, and the ranking of the labels."""

    estimate: NoiseEstimate
    trust: Trust
    ranking: Ranking


def analyse(subject: Subject, probabilities: Array, seed: int, folds: int, precision: float) -> Analysis:
    """Analyse the `probabilities` (N, K) that an audit with `folds` folds (0: one ordinary run) predicts.

    `seed` seeds the bootstrap of the estimate. Labels are changed as long as at least the share `precision` of the
    changed ones is expected to be wrong.
    """
    labels = subject.labels.numpy()
    estimate = estimate_noise(labels, probabilities, seed)
    trust = trust_in(subject, probabilities, estimate, folds)
    return Analysis(estimate, trust, rank(labels, probabilities, estimate.wrong, precision, trust.judged))
