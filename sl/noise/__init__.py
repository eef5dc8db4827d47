"""Label noise: transition matrices, the draw, and the kinds of noise that a run's configuration names."""

from sl.noise.asymmetric_noise import Asymmetric
from sl.noise.corrupt import corrupt
from sl.noise.human_noise import Human
from sl.noise.labels import LabelledData, NoisyLabels
from sl.noise.matrix_noise import Matrix
from sl.noise.no_noise import NoNoise
from sl.noise.symmetric_noise import Symmetric
from sl.noise.transition import asymmetric, symmetric

__all__ = [
    "Asymmetric",
    "Human",
    "LabelledData",
    "Matrix",
    "NoNoise",
    "NoisyLabels",
    "Symmetric",
    "asymmetric",
    "corrupt",
    "symmetric",
]
