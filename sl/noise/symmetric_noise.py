"""Symmetric (uniform) noise as a run's configuration names it."""

from torch import Tensor

from sl.checks import number
from sl.noise.labels import LabelledData
from sl.noise.transition import symmetric
from sl.noise.transition_noise import TransitionNoise


class Symmetric(TransitionNoise):
    """A share `rate` of each class moves to the other classes, all equally likely (`sl.noise.symmetric`)."""

    def __init__(self, rate: float, exact: bool = True) -> None:
        super().__init__(exact)
        self.rate = number("rate", rate, 0, 1)

    def transition(self, dataset: LabelledData) -> Tensor:
        """T (K, K) float64 for the data set's number of classes."""
        return symmetric(dataset.num_classes, self.rate)
