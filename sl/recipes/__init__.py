"""How a network is trained: initial weights, batch normalisation, optimiser, learning rate, input and augmentation."""

from sl.recipes.augment import Augmentation, Draws, build_augmentation
from sl.recipes.batchnorm import configure_batchnorm, debiased_statistics
from sl.recipes.initialise import initialise
from sl.recipes.normalise import Normalisation, fit_normalisation
from sl.recipes.optimizer import SGD, build_optimizer
from sl.recipes.schedule import learning_rate

__all__ = [
    "SGD",
    "Augmentation",
    "Draws",
    "Normalisation",
    "build_augmentation",
    "build_optimizer",
    "configure_batchnorm",
    "debiased_statistics",
    "fit_normalisation",
    "initialise",
    "learning_rate",
]
