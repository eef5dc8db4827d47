"""A package that knows sl, and that sl does not know."""

import torch
from torch import Tensor, nn

from sl.data import Dataset
from sl.losses import Loss
from sl.models import Classifier
from sl.noise import LabelledData, NoisyLabels


class Stripes:
    """Images of 8x8 pixels with one bright row, whose number is the class."""

    def __init__(self, classes: int) -> None:
        self.classes = classes

    def load(self) -> Dataset:
        labels = torch.arange(20 * self.classes) % self.classes
        images = torch.zeros(len(labels), 1, 8, 8, dtype=torch.uint8)
        images[torch.arange(len(labels)), 0, labels] = 200
        names = tuple(f"row {row}" for row in range(self.classes))
        return Dataset("stripes", images, labels, images[:40], labels[:40], names, torch.arange(len(labels)))

    def fingerprint(self) -> str:
        return f"stripes{self.classes}"


class NextClass:
    """The first labels of every class, a share of `strength`, move to the next class."""

    def __init__(self, strength: float) -> None:
        self.strength = strength

    def apply(self, dataset: LabelledData, seed: int) -> NoisyLabels:
        clean, classes = dataset.train_labels, dataset.num_classes
        noisy = clean.clone()
        for label in range(classes):
            rows = (clean == label).nonzero().flatten()
            noisy[rows[: int(self.strength * len(rows))]] = (label + 1) % classes
        kept = torch.eye(classes, dtype=torch.float64)
        return NoisyLabels(noisy, clean, (1 - self.strength) * kept + self.strength * kept.roll(1, dims=1))


class Listed:
    """Labels of a list, which is said to come from somewhere; here the images' own."""

    def __init__(self, labels: str, path: str = "", storage: str = "", variant: int = 0, data_dir: str = "") -> None:
        self.labels = labels

    def apply(self, dataset: LabelledData, seed: int) -> NoisyLabels:
        kept = torch.eye(dataset.num_classes, dtype=torch.float64)
        return NoisyLabels(dataset.train_labels, dataset.train_labels, kept)


class Part:
    """Stripes that take options called like those of other data sets."""

    def __init__(self, labels: str, name: int = 0, download: bool = False, on_error: str = "") -> None:
        self.stripes = Stripes(4)

    def load(self) -> Dataset:
        return self.stripes.load()

    def fingerprint(self) -> str:
        return self.stripes.fingerprint()


class OneLayer(Classifier):
    """The pixels themselves and the head."""

    def __init__(self, num_classes: int, image_shape: tuple[int, int, int], weights: str = "") -> None:
        super().__init__()
        channels, height, width = image_shape
        self.head = nn.Linear(channels * height * width, num_classes)

    def features(self, images: Tensor) -> Tensor:
        return images.flatten(1)


class BrierScore(Loss):
    """sharpness * sum_k (p_k - q_k)^2."""

    def __init__(self, sharpness: float, reduction: str = "mean") -> None:
        super().__init__(reduction)
        self.sharpness = sharpness

    def per_example(self, logits: Tensor, labels: Tensor) -> Tensor:
        p = logits.softmax(dim=1)
        return self.sharpness * (p.square().sum(dim=1) - 2 * p.gather(1, labels[:, None]).squeeze(1) + 1)
