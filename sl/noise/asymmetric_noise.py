"""Asymmetric noise with the published maps."""

from torch import Tensor

from sl.checks import number, one_of
from sl.errors import UserError, under
from sl.noise.labels import LabelledData
from sl.noise.maps import MAPS
from sl.noise.transition import asymmetric
from sl.noise.transition_noise import TransitionNoise

VARIANTS = tuple(dict.fromkeys(variant for maps in MAPS.values() for variant in maps))


class Asymmetric(TransitionNoise):
    """A share `rate` of each source class moves to one other class (`sl.noise.asymmetric` lists the maps).

    `variant` names one of the data set's maps: only CIFAR-100 has several. None is the default.
    """

    def __init__(self, rate: float, variant: str | None = None, exact: bool = True) -> None:
        super().__init__(exact)
        self.rate = number("rate", rate, 0, 1)
        self.variant = variant if variant is None else one_of("variant", variant, VARIANTS)

    def transition(self, dataset: LabelledData) -> Tensor:
        """T (K, K) float64; raises UserError where the data set has no map, or none of this variant."""
        if dataset.name not in MAPS:
            maps = ", ".join(MAPS)
            rule = f"has no map for dataset={dataset.name}, only for {maps}; noise=matrix takes one of your own"
            raise UserError("noise", "asymmetric", rule)
        with under("noise"):
            return asymmetric(dataset.name, self.rate, self.variant)
