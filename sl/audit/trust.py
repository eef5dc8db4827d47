"""How far an audit can be trusted: whether its networks know the classes, as far as labels can show it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sl.audit.estimate import NoiseEstimate
from sl.audit.posterior import Array
from sl.audit.subject import Subject

MOST = 0.5  # share of wrong labels in a class; above it the class counts as not learnt
ENOUGH = 0.9  # of the labels that count as right, the share that a network should predict


@dataclass(frozen=True, eq=False)
class Trust:
    """What is known of the networks behind an estimate of the noise among N labels of K classes.

    `judged` (N,) are the labels that may be changed; classes that are `small` have too few images, and of those that
    are `unlearnt` more than half the labels seem wrong. `agreement` is the share of the images not trained on whose
    label is predicted, None where all were trained on; `expected` is the share of labels that count as right.
    """

    judged: NDArray[np.bool_]
    small: tuple[str, ...]
    unlearnt: tuple[str, ...]
    agreement: float | None
    expected: float

    @property
    def low(self) -> bool:
        """Whether the networks miss more than a tenth of the labels that count as right."""
        return self.agreement is not None and self.agreement < ENOUGH * self.expected

    @property
    def unusable(self) -> bool:
        """Whether the networks know too little for their estimate to be acted on."""
        return self.low or bool(self.unlearnt)

    @property
    def warnings(self) -> list[str]:
        """What the reader of an audit is warned of."""
        said = []
        if self.small:
            said.append(f"Too few images to judge: {', '.join(self.small)}.")
        if self.unlearnt:
            said.append(
                f"More than half the labels seem wrong in {', '.join(self.unlearnt)}: more likely the network has not "
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
    """What the predictions (N, K) of an audit with so many `folds`, 0 for one run, say of its networks.

    Every estimate of noise must assume that in each class more labels are right than wrong. So a class whose share of
    wrong labels lies above one half, with its whole 95 % interval, is taken as one that was not learnt.
    """
    labels = subject.labels.numpy()
    small = ~subject.judged(folds)
    unlearnt = np.array([part.low > MOST for part in estimate.by_label])
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
