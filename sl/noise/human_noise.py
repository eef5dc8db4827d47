"""Human labels as noise: CIFAR-10N and CIFAR-100N."""

from pathlib import Path

import torch

from sl.checks import one_of
from sl.errors import UserError
from sl.noise.cifar_n import CLEAN_COLUMN, FILES, HumanFile, read_columns
from sl.noise.labels import LabelledData, NoisyLabels
from sl.noise.transition import empirical

NAMES = tuple(name for file in FILES.values() for name in file.columns)


class Human:
    """Labels that people on Amazon Mechanical Turk gave (Wei et al., ICLR 2022); no noise is drawn.

    `name` is ``aggregate``, ``random1``, ``random2``, ``random3`` or ``worst`` on CIFAR-10 and ``fine`` on CIFAR-100;
    configs/noise/human.yaml has their published shares of wrong labels.
    The file is looked for in ``<data_dir>/cifar-n`` and downloaded if it is not there.
    """

    def __init__(self, name: str, data_dir: str | Path) -> None:
        from sl.data.disk import folder  # here, as in cifar_n

        self.name = one_of("name", name, NAMES)
        self.data_dir = folder("data_dir", data_dir)

    def apply(self, dataset: LabelledData, seed: int) -> NoisyLabels:
        """The human labels of the data set's images; there is one set of them, so `seed` has no effect.

        The transition matrix holds the shares found in the whole file, even where the data set is a part of it.
        Raises UserError if the data set has no such labels, or the file is missing, damaged or of other images.
        """
        file = self._file_of(dataset.name)
        path = file.path(self.data_dir)
        clean, noisy = read_columns(path, CLEAN_COLUMN, file.columns[self.name])
        if not torch.equal(clean[dataset.train_index], dataset.train_labels):
            raise UserError(f"{path}: its clean labels are not those of dataset={dataset.name}")
        transition = empirical(clean, noisy, dataset.num_classes)
        return NoisyLabels(noisy[dataset.train_index], dataset.train_labels, transition)

    def _file_of(self, dataset: str) -> HumanFile:
        if dataset not in FILES:
            raise UserError("noise", "human", f"has no labels for dataset={dataset}, only for {', '.join(FILES)}")
        file = FILES[dataset]
        if self.name not in file.columns:
            raise UserError("noise.name", self.name, f"must be one of {', '.join(file.columns)} on dataset={dataset}")
        return file
