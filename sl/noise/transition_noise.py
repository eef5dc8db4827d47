"""What all noise that is drawn from a transition matrix has in common."""

from abc import ABC, abstractmethod

from torch import Tensor

from sl.checks import flag
from sl.noise.corrupt import corrupt
from sl.noise.labels import LabelledData, NoisyLabels


class TransitionNoise(ABC):
    """Noise given by a matrix; `exact` fixes the number of moved examples of each class (see `corrupt`)."""

    def __init__(self, exact: bool) -> None:
        self.exact = flag("exact", exact)

    @abstractmethod
    def transition(self, dataset: LabelledData) -> Tensor:
        """(K, K) float64; raises UserError where this noise does not fit the data set."""

    def apply(self, dataset: LabelledData, seed: int) -> NoisyLabels:
        """The data set's training labels after noise drawn with `seed`; a matrix that moves none is no noise."""
        transition = self.transition(dataset)
        labels = corrupt(dataset.train_labels, transition, seed, self.exact)
        truth_known = not dataset.labels_given or bool((transition.diagonal() < 1).any())
        return NoisyLabels(labels, dataset.train_labels, transition, truth_known)
