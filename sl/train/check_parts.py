"""Checks what a data set, a noise and a network return, since these classes may come from another package.

Without the checks a mistake in them shows late or never: pixels from 0 to 1 would train a network on black images, and
a network with too many logits would train to the end before its record is refused.
"""

import torch
from torch import Tensor

from sl.array_like import describe
from sl.data import Dataset
from sl.errors import UserError
from sl.models.classifier import Classifier
from sl.noise import NoisyLabels
from sl.transition_matrix import check_transition


def checked_dataset(dataset: Dataset) -> Dataset:
    """`dataset` if dtypes, shapes and values of its fields fit `Dataset`; else a UserError names the first misfit."""
    if not isinstance(dataset, Dataset):
        raise UserError("dataset", rule=f"load() must return an sl.data.Dataset, not {type(dataset).__name__}")
    classes = dataset.num_classes
    if classes < 2 or not all(isinstance(name, str) for name in dataset.class_names):
        raise UserError("dataset: class_names", dataset.class_names, "must name at least two classes, each by a text")
    shape = tuple(_tensor("dataset: train_images", dataset.train_images).shape[1:])
    parts = [
        ("train_images", dataset.train_images, "train_labels", dataset.train_labels),
        ("test_images", dataset.test_images, "test_labels", dataset.test_labels),
    ]
    if dataset.validation is not None:
        parts.append(("validation[0]", dataset.validation[0], "validation[1]", dataset.validation[1]))
    for name, images, labels_name, labels in parts:
        _tensor(f"dataset: {name}", images)
        if images.dtype != torch.uint8 or images.ndim != 4 or tuple(images.shape[1:]) != shape or not len(images):
            rule = "must be torch.uint8 of shape (N, C, H, W), N > 0, with one C, H, W for all of them"
            raise UserError(f"dataset: {name}", describe(images), rule)
        _check_labels(f"dataset: {labels_name}", labels, len(images), classes)
    _check_numbers("dataset: train_index", dataset.train_index, len(dataset.train_images))
    return dataset


def checked_noise(noisy: NoisyLabels, dataset: Dataset) -> NoisyLabels:
    """`noisy` if its fields fit `NoisyLabels` and `dataset`; else a UserError names the first that does not."""
    if not isinstance(noisy, NoisyLabels):
        raise UserError("noise", rule=f"apply() must return an sl.noise.NoisyLabels, not {type(noisy).__name__}")
    count, classes = len(dataset.train_labels), dataset.num_classes
    if tuple(_tensor("noise: transition", noisy.transition).shape) != (classes, classes):
        raise UserError("noise: transition", describe(noisy.transition), f"must be of shape ({classes}, {classes})")
    check_transition(noisy.transition, "noise: transition")
    _check_labels("noise: labels", noisy.labels, count, classes)
    _check_labels("noise: clean", noisy.clean, count, classes)
    return noisy


def check_logits(model: Classifier, classes: int, image_shape: tuple[int, int, int]) -> None:
    """Raise UserError unless `model`, which is on the CPU, returns one logit for each class and can be trained.

    The model is called in evaluation mode and left in training mode.
    """
    with torch.no_grad():
        logits = model.eval()(torch.zeros(2, *image_shape))
    model.train()
    named = type(model).__name__
    if not isinstance(logits, Tensor):
        rule = f"must be a tensor of logits (2, {classes})"
        raise UserError("model", rule=f"{named} gives a {type(logits).__name__} for 2 images, {rule}")
    if tuple(logits.shape) != (2, classes):
        found = f"{named} gives logits of shape {tuple(logits.shape)} for 2 images"
        raise UserError("model", rule=f"{found}, must be (2, {classes}), one for each class")
    if not any(parameter.requires_grad for parameter in model.parameters()):
        raise UserError("model", rule=f"{named} has no parameter that is trained: none has requires_grad")


def _check_labels(name: str, labels: Tensor, count: int, classes: int) -> None:
    _check_numbers(name, labels, count)
    outside = labels[(labels < 0) | (labels >= classes)]
    if len(outside):
        raise UserError(name, int(outside[0]), f"must be in [0, {classes})")


def _check_numbers(name: str, numbers: Tensor, count: int) -> None:
    if _tensor(name, numbers).dtype != torch.int64 or tuple(numbers.shape) != (count,):
        raise UserError(name, describe(numbers), f"must be torch.int64 of shape ({count},)")


def _tensor(name: str, value: object) -> Tensor:
    if isinstance(value, Tensor):
        return value
    raise UserError(name, type(value).__name__, "must be a torch.Tensor")
