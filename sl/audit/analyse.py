"""What predictions say of labels: how many are wrong, how far to trust that, and which to change."""

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
    """Analyse the `probabilities` (N, K) that an audit with so many `folds`, 0 for one run, predicts.

    `seed` draws the resamples of the estimate; `precision` is the share of the changed labels expected to be wrong.
    """
    labels = subject.labels.numpy()
    estimate = estimate_noise(labels, probabilities, seed)
    trust = trust_in(subject, probabilities, estimate, folds)
    return Analysis(estimate, trust, rank(labels, probabilities, estimate.wrong, precision, trust.judged))
