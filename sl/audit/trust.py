"""How far an audit can be trusted: whether its networks have learnt the classes, as far as the labels show it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sl.audit.estimate import NoiseEstimate
from sl.audit.posterior import Array
from sl.audit.subject import Subject
from sl.numbers import listed

UNLEARNT_ABOVE = 0.5  # share of wrong labels; a class whose whole interval lies above it counts as not learnt
LEAST_AGREEMENT = 0.9  # a network should predict at least this share of the labels that count as right


@dataclass(frozen=True, eq=False)
class Trust:
    """How well the networks behind a noise estimate (N labels, K classes) have learnt the classes.

    `judged` (N,) marks the labels that may be changed. `small` names the classes with too few images, `unlearnt` those
    in which more than half the labels seem wrong. `agreement` is the share of the images not trained on that are
    predicted as labelled (None if all were trained on), `expected` the share of labels that count as right.
    """

    judged: NDArray[np.bool_]
    small: tuple[str, ...]
    unlearnt: tuple[str, ...]
    agreement: float | None
    expected: float

    @property
    def low(self) -> bool:
        """Whether the networks predict too few of the labels: `agreement` is below nine tenths of `expected`."""
        return self.agreement is not None and self.agreement < LEAST_AGREEMENT * self.expected

    @property
    def unusable(self) -> bool:
        """Whether the networks have learnt too little for the estimate to be used."""
        return self.low or bool(self.unlearnt)

    @property
    def warnings(self) -> list[str]:
        """The warnings for the reader of an audit."""
        said = []
        if self.small:
            said.append(f"Too few images to judge: {listed(self.small)}.")
        if self.unlearnt:
            said.append(
                f"More than half the labels seem wrong in {listed(self.unlearnt)}: more likely the network has not "
                "learnt these classes, so none of their labels is changed, and the estimate is probably too high."
            )
        if self.agreement is not None and self.low:
            said.append(
                f"Of the images that the network was not trained on, it predicts {100 * self.agreement:.0f} % as they "
                f"are labelled, while {100 * self.expected:.0f} % of the labels count as right. Its own errors look "
                "like wrong labels: expect fewer decisions to be right than stated, and check them. More epochs, more "
                "images or a pretrained network may help."
            )
        return said


def trust_in(subject: Subject, probabilities: Array, estimate: NoiseEstimate, folds: int) -> Trust:
    """Judge the networks by the predictions (N, K) of an audit with `folds` folds (0: one ordinary run).

    Every estimate of noise must assume that in each class more labels are right than wrong. So a class counts as not
    learnt if the whole 95 % interval of its share of wrong labels lies above one half.
    """
    labels = subject.labels.numpy()
    small = ~subject.judged(folds)
    unlearnt = np.array([part.low > UNLEARNT_ABOVE for part in estimate.by_label])
    unseen = np.arange(len(labels)) >= (0 if folds else subject.trained)
    hit = probabilities.argmax(1) == labels
    return Trust(
        judged=~(small | unlearnt[labels]),
        small=_names(subject, np.unique(labels[small])),
        unlearnt=_names(subject, np.flatnonzero(unlearnt)),
        agreement=float(hit[unseen].mean()) if unseen.any() else None,
        expected=1 - estimate.rate.value,
    )


def _names(subject: Subject, classes: NDArray[np.int64]) -> tuple[str, ...]:
    return tuple(subject.class_names[place] for place in classes)
