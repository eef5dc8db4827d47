"""The base class of noise that is drawn from a transition matrix."""

from abc import ABC, abstractmethod

from torch import Tensor

from sl.checks import flag
from sl.noise.corrupt import corrupt
from sl.noise.labels import LabelledData, NoisyLabels
from sl.say import notice

FAR = 0.1


class TransitionNoise(ABC):
    """Noise given by a matrix; `exact` fixes the number of moved examples of each class (see `corrupt`)."""

    def __init__(self, exact: bool) -> None:
        self.exact = flag("exact", exact)

    @abstractmethod
    def transition(self, dataset: LabelledData) -> Tensor:
        """T (K, K) float64; raises UserError where this noise does not fit the data set."""

    def apply(self, dataset: LabelledData, seed: int) -> NoisyLabels:
        """The data set's training labels after noise drawn with `seed`.

        A matrix with nothing off the diagonal adds no noise: `truth_known` is then false for labels as given.
        """
        transition = self.transition(dataset)
        labels = corrupt(dataset.train_labels, transition, seed, self.exact)
        truth_known = not dataset.labels_given or bool((transition.diagonal() < 1).any())
        noisy = NoisyLabels(labels, dataset.train_labels, transition, truth_known)
        notice_if_rate_missed(noisy)
        return noisy


def notice_if_rate_missed(noisy: NoisyLabels) -> None:
    """Print a notice if the share of moved labels differs from the matrix's by a tenth of the latter or more.

    Exact counts are rounded down in every class: a rate of 0.4 moves none of two images. Otherwise the share is random,
    and with few images it can be far off.
    """
    asked = (1 - noisy.transition.diagonal())[noisy.clean].mean().item()
    realised = noisy.realised_rate
    if realised is not None and abs(realised - asked) >= FAR * asked > 0:
        rates = f"{100 * realised:.3g} % of the {len(noisy.labels)} labels instead of {100 * asked:.3g} %"
        notice(f"noise changed {rates}: there are too few training images to meet the rate")
