"""A run's loss, with what only the run knows: its sizes, and the transition matrix that a correction needs."""

from collections.abc import Sequence

from omegaconf import DictConfig
from torch import Tensor

from sl.config.build import NOISE_MATRIX, TRANSITION, build
from sl.data import Dataset
from sl.errors import UserError
from sl.losses import Loss
from sl.noise import NoisyLabels
from sl.noise.matrix_file import read_matrix


def transition_file(loss: DictConfig) -> bool:
    """Whether the loss corrects by a matrix in a file, and not by that of the run's own noise."""
    return loss.get(TRANSITION, NOISE_MATRIX) != NOISE_MATRIX


def make_loss(loss: DictConfig, dataset: Dataset, noisy: NoisyLabels, allow_targets: Sequence[str] = ()) -> Loss:
    """The loss for a run on `dataset`; UserError where it does not fit."""
    sizes = {"num_examples": len(noisy.labels), "num_classes": dataset.num_classes}
    return build(loss, "loss", allow_targets, transition=_transition(loss, dataset, noisy), **sizes)


def _transition(loss: DictConfig, dataset: Dataset, noisy: NoisyLabels) -> Tensor:
    option = f"loss.{TRANSITION}"
    if transition_file(loss):
        return read_matrix(loss[TRANSITION], option).for_classes(dataset.class_names, option, dataset.name)
    if TRANSITION in loss and not noisy.truth_known:
        raise UserError(option, NOISE_MATRIX, "must be a matrix file where nobody knows the noise of the labels")
    return noisy.transition
