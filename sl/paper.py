"""The paper's experiments, stated once: its noise, epochs, stages and boosted methods."""

from sl.asymmetric_variants import ONLY, variant_of
from sl.record.noise import Noise
from sl.record.schema import Stage

USUAL_RECIPE = "authors_code"
USUAL_NOISE = Noise("symmetric", 0.4)  # of most figures
HIGHER_NOISE = Noise("symmetric", 0.6)  # of the figure that compares the class-wise accuracy of CE and SL
PAPER_EPOCHS = {"mnist": 50, "cifar10": 120, "cifar100": 150}
STAGE_EPOCHS: dict[Stage, int] = {"early": 10, "middle": 50, "late": 100}  # of 120 epochs on CIFAR-10 (Fig. 3)
PROBED_CLASS = 3  # the paper shows the confidence for this class, the cat of CIFAR-10 (Fig. 4)
COMPARED = ("ce", "lsr", "bootstrap_hard", "forward", "d2l", "gce", "sl")  # methods of the main table
BOOSTED = {"forward": "forward_sl", "lsr": "lsr_sl", "bootstrap_hard": "bootstrap_sl", "d2l": "d2l_sl"}
"""Methods whose cross entropy the paper replaces by SL, and their name with it."""


def table_noise(dataset: str) -> list[Noise]:
    """The noises of the main table's columns for `dataset`; asymmetric noise on CIFAR-100 is the default variant.

    >>> [noise.title for noise in table_noise("cifar100")][2:4]
    ['symmetric 60 %', 'asymmetric 20 % (pairs)']
    """
    variant = variant_of(dataset, None)
    asymmetric = [Noise("asymmetric", rate, "" if variant == ONLY else variant) for rate in (0.2, 0.3, 0.4)]
    return [*(Noise("symmetric", rate) for rate in (0.2, 0.4, 0.6)), *asymmetric]
