"""What is audited: the labelled images of a run's data set."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sl.data.labels_file import finder
from sl.files import expanded
from sl.train.prepared import PreparedRun

BLOCK = 1000  # images; the first one with colour ends the look at pictures that may not fit into memory


@dataclass(frozen=True, eq=False)
class Subject:
    """N labelled images: all training images, then the test images where their labels are as given too.

    `labels` (N,) int64 as given, `names` the path of each, or its row in the data set's whole training set. `trained`
    is how many come first and are trained on; `clean` (N,) is None where it is unknown. Paths are relative to the
    folder `root`; without one all N are trained on, and `images` (N, C, H, W) uint8 are what they look like.
    """

    images: Tensor
    labels: Tensor
    clean: Tensor | None
    names: tuple[str, ...]
    class_names: tuple[str, ...]
    trained: int
    root: Path | None = None

    @property
    def key(self) -> str:
        """What an image's name is: its path, or its index in the data set's training set."""
        return "index" if self.root is None else "path"

    @property
    def grey(self) -> bool:
        """Whether the pictures that are trained on have one channel, or channels that are all equal."""
        return all(bool((some == some[:, :1]).all()) for some in self.images.split(BLOCK))

    def judged(self, folds: int) -> NDArray[np.bool_]:
        """Which labels (N,) can be judged: those of classes with two images to train on, or one for each fold.

        Other classes cannot be learnt while one image is held out.
        """
        trained = torch.bincount(self.labels[: self.trained], minlength=len(self.class_names))
        return (trained >= max(2, folds))[self.labels].numpy()

    @cached_property
    def file_of(self) -> Callable[[str], Path]:
        """The file of a picture by its name, which may spell é in another way; only where there is a `root`."""
        assert self.root is not None
        return finder(self.root)

    def split(self, row: int) -> str:
        """The part of the data set that an image is in."""
        return "train" if row < self.trained else "test"


def subject_of(prepared: PreparedRun) -> Subject:
    """The images that an audit of the run `prepared` (without a holdout) is about."""
    data, noisy = prepared.dataset, prepared.noisy
    if not data.labels_given:
        names = tuple(map(str, data.train_index.tolist()))
        return Subject(data.train_images, noisy.labels, noisy.clean, names, data.class_names, len(names))
    paths = tuple(data.train_paths[row] for row in data.train_index.tolist())
    root = expanded("data_dir", prepared.config.dataset["data_dir"])
    if data.test_checked:
        return Subject(data.train_images, noisy.labels, None, paths, data.class_names, len(paths), root)
    return Subject(
        images=data.train_images,
        labels=torch.cat([noisy.labels, data.test_labels]),
        clean=None,
        names=(*paths, *data.test_paths),
        class_names=data.class_names,
        trained=len(paths),
        root=root,
    )
