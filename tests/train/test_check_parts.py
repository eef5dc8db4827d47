"""What a data set, a noise and a network of another package hand over is refused by name before the run begins."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from sl.data import Dataset, Digits
from sl.errors import UserError
from sl.models import Classifier
from sl.noise import LabelledData, NoisyLabels
from sl.train.network import make_model
from sl.train.prepared import PreparedRun

DATASETS: dict[str, tuple[Callable[[Dataset], Any], str]] = {
    "no data set": (lambda data: data.train_images, "dataset: load.* must return an sl.data.Dataset, not Tensor"),
    "pixels from 0 to 1": (
        lambda data: replace(data, train_images=data.train_images / 255),
        r"dataset: train_images=torch.float32 of shape \(1438, 1, 8, 8\): must be torch.uint8 of shape",
    ),
    "channels last": (
        lambda data: replace(data, test_images=data.test_images.movedim(1, -1)),
        r"dataset: test_images=torch.uint8 of shape \(359, 8, 8, 1\): must be .* with one C, H, W",
    ),
    "no channels": (lambda data: replace(data, train_images=data.train_images[:, 0]), "dataset: train_images=.*must"),
    "nothing to test": (
        lambda data: replace(data, test_images=data.test_images[:0], test_labels=data.test_labels[:0]),
        "dataset: test_images=.*N > 0",
    ),
    "labels from 1": (
        lambda data: replace(data, test_labels=data.test_labels + 1),
        r"dataset: test_labels=10: must be in \[0, 10\)",
    ),
    "short labels": (
        lambda data: replace(data, train_labels=data.train_labels.int()),
        r"dataset: train_labels=torch.int32 of shape \(1438,\): must be torch.int64 of shape \(1438,\)",
    ),
    "one-hot labels": (
        lambda data: replace(data, train_labels=nn.functional.one_hot(data.train_labels)),
        r"dataset: train_labels=torch.int64 of shape \(1438, 10\): must be torch.int64 of shape \(1438,\)",
    ),
    "index of some rows": (
        lambda data: replace(data, train_index=data.train_index[:5]),
        r"dataset: train_index=torch.int64 of shape \(5,\): must be torch.int64 of shape \(1438,\)",
    ),
    "validation on pixels from 0 to 1": (
        lambda data: replace(data, validation=(data.test_images / 255, data.test_labels)),
        r"dataset: validation\[0\]=torch.float32 of shape \(359, 1, 8, 8\): must be torch.uint8 of shape",
    ),
    "validation labels from 1": (
        lambda data: replace(data, validation=(data.test_images, data.test_labels + 1)),
        r"dataset: validation\[1\]=10: must be in \[0, 10\)",
    ),
    "labels in a list": (
        lambda data: replace(data, train_labels=data.train_labels.tolist()),
        r"dataset: train_labels=list: must be a torch\.Tensor",
    ),
    "images of numpy": (
        lambda data: replace(data, train_images=data.train_images.numpy()),
        r"dataset: train_images=ndarray: must be a torch\.Tensor",
    ),
    "numbers as names": (
        lambda data: replace(data, class_names=tuple(range(10))),
        r"dataset: class_names=\(0, .*, each by a text",
    ),
    "one class": (lambda data: replace(data, class_names=("0",)), "dataset: class_names=.*at least two classes"),
}
NOISES: dict[str, tuple[Callable[[NoisyLabels], Any], str]] = {
    "labels alone": (lambda noisy: noisy.labels, "noise: apply.* must return an sl.noise.NoisyLabels, not Tensor"),
    "a label too high": (lambda noisy: replace(noisy, labels=noisy.labels + 1), r"noise: labels=10: must be in \[0, "),
    "a label too low": (lambda noisy: replace(noisy, clean=noisy.clean - 1), r"noise: clean=-1: must be in \[0, 10\)"),
    "short labels": (lambda noisy: replace(noisy, labels=noisy.labels.int()), "noise: labels=torch.int32 of shape"),
    "other classes": (
        lambda noisy: replace(noisy, transition=torch.eye(4, dtype=torch.float64)),
        r"noise: transition=torch.float64 of shape \(4, 4\): must be of shape \(10, 10\)",
    ),
    "a class more": (
        lambda noisy: replace(noisy, labels=noisy.labels + 1, transition=torch.eye(11, dtype=torch.float64)),
        r"noise: transition=torch.float64 of shape \(11, 11\): must be of shape \(10, 10\)",
    ),
    "a matrix of numpy": (
        lambda noisy: replace(noisy, transition=noisy.transition.numpy()),
        r"noise: transition=ndarray: must be a torch\.Tensor",
    ),
    "counts": (
        lambda noisy: replace(noisy, transition=40 * noisy.transition),
        "noise: transition: must have rows that sum to 1",
    ),
}


class OtherDigits(Digits):
    """Digits as a package of one's own may hand them over."""

    def __init__(self, mistake: str) -> None:
        self.mistake = mistake

    def load(self) -> Dataset:
        made: Dataset = DATASETS[self.mistake][0](super().load())
        return made

    def fingerprint(self) -> str:
        return self.mistake


class OtherNoise:
    """No noise, as a package of one's own may hand it over."""

    def __init__(self, mistake: str) -> None:
        self.mistake = mistake

    def apply(self, dataset: LabelledData, seed: int) -> NoisyLabels:
        identity = torch.eye(dataset.num_classes, dtype=torch.float64)
        made: NoisyLabels = NOISES[self.mistake][0](NoisyLabels(dataset.train_labels, dataset.train_labels, identity))
        return made


class Dense(Classifier):
    """The pixels, batch normalisation and a head of any size."""

    def __init__(self, logits: int) -> None:
        super().__init__()
        self.norm, self.head = nn.BatchNorm1d(64), nn.Linear(64, logits)

    def features(self, images: Tensor) -> Tensor:
        normalised: Tensor = self.norm(images.flatten(1))
        return normalised


class Pair(Dense):
    """Logits and something else."""

    def forward(self, images: Tensor) -> Any:
        return super().forward(images), None


class Frozen(Dense):
    """Nothing to train."""

    def __init__(self) -> None:
        super().__init__(logits=10)
        self.requires_grad_(False)


class Hidden(Classifier):
    """Layers under the name of the method, as in torchvision: the class's own method hides them."""

    def __init__(self) -> None:
        super().__init__()
        self.features, self.head = nn.Flatten(), nn.Linear(64, 10)  # type: ignore[assignment,method-assign]


def own(kind: str, name: str, **options: object) -> list[str]:
    """Overrides that put the class `name` of this file in the place of a kind of part."""
    return [
        f"{kind}._target_={__name__}.{name}",
        *(f"+{kind}.{key}={value}" for key, value in options.items()),
        f"allow_targets=[{__name__}]",
    ]


@pytest.mark.parametrize("mistake", DATASETS)
def test_a_wrong_data_set_is_refused(make_prepared: Callable[..., PreparedRun], mistake: str) -> None:
    with pytest.raises(UserError, match=f"^{DATASETS[mistake][1]}"):
        make_prepared(*own("dataset", "OtherDigits", mistake=mistake))


@pytest.mark.parametrize("mistake", NOISES)
def test_wrong_noise_is_refused(make_prepared: Callable[..., PreparedRun], mistake: str) -> None:
    with pytest.raises(UserError, match=f"^{NOISES[mistake][1]}"):
        make_prepared(*own("noise", "OtherNoise", mistake=mistake))


@pytest.mark.parametrize("logits", [7, 1000])
def test_a_network_with_other_classes_is_refused(make_prepared: Callable[..., PreparedRun], logits: int) -> None:
    prepared = make_prepared("model=cnn4", *own("model", "Dense", logits=logits))
    rule = rf"^model: Dense gives logits of shape \(2, {logits}\) for 2 images, must be \(2, 10\), one for each class$"
    with pytest.raises(UserError, match=rule):
        make_model(prepared.config, prepared.dataset)


def test_a_network_without_logits_is_refused(make_prepared: Callable[..., PreparedRun]) -> None:
    prepared = make_prepared("model=cnn4", *own("model", "Pair", logits=10))
    rule = r"^model: Pair gives a tuple for 2 images, must be a tensor of logits \(2, 10\)$"
    with pytest.raises(UserError, match=rule):
        make_model(prepared.config, prepared.dataset)


def test_a_network_without_a_trained_parameter_is_refused(make_prepared: Callable[..., PreparedRun]) -> None:
    prepared = make_prepared("model=cnn4", *own("model", "Frozen"))
    with pytest.raises(UserError, match=r"^model: Frozen has no parameter that is trained: none has requires_grad$"):
        make_model(prepared.config, prepared.dataset)


def test_a_network_whose_layers_hide_the_method_is_refused(make_prepared: Callable[..., PreparedRun]) -> None:
    prepared = make_prepared("model=cnn4", *own("model", "Hidden"))
    with pytest.raises(UserError, match=r"^model: Hidden must have a method features\(images\), and its layers other"):
        make_model(prepared.config, prepared.dataset)


def test_a_network_that_fits_is_left_in_training_mode_and_as_it_was(make_prepared: Callable[..., PreparedRun]) -> None:
    prepared = make_prepared("model=cnn4", *own("model", "Dense", logits=10), "recipe.bn_zero_debias=false")
    model = make_model(prepared.config, prepared.dataset)
    assert model.training
    assert model.norm.num_batches_tracked == 0
    assert model.norm.running_var.eq(1).all()  # not the variance of the images that it was tried on
