"""A whole data set on the device, with images as bytes, and the buffers that change from run to run."""

import torch
from torch import Tensor

from sl.data import Dataset
from sl.recipes.augment import Draws
from sl.recipes.normalise import Normalisation, fit_normalisation
from sl.train.holdout import Validation


class DeviceData:
    """Images (uint8) and labels on `device`. Mapped images stay in their file; only batches are copied to the device.

    `noisy` (N,) and `truth_known` (of `NoisyLabels`) change with each run.
    """

    def __init__(
        self, dataset: Dataset, normalisation: str, device: torch.device, validation: Validation | None = None
    ) -> None:
        self.num_classes = dataset.num_classes
        self.image_shape = dataset.image_shape

        def placed(images: Tensor) -> Tensor:
            return images if dataset.scratch else images.to(device)

        self.images = placed(dataset.train_images)
        self.clean = dataset.train_labels.to(device)
        self.noisy = self.clean.clone()
        self.truth_known = True
        self.test_images = placed(dataset.test_images)
        self.test_labels = dataset.test_labels.to(device)
        self.validation = validation and Validation(placed(validation.images), validation.labels.to(device))
        self.normalisation: Normalisation = fit_normalisation(normalisation, dataset.train_images).to(device)
        self.draws = Draws.none(len(self.noisy), device)  # a captured step always reads them at this address

    @property
    def resident(self) -> bool:
        """Whether the training images are on the device; a captured step can gather only such images."""
        return self.images.device == self.noisy.device

    def take(self, index: Tensor) -> Tensor:
        """The training images `index` (B,), on the device."""
        return self.images[index] if self.resident else self.images[index.cpu()].to(index.device)
