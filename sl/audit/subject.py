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

BLOCK = 1000  # images compared at once: all of them may not fit into memory, and one in colour ends the search


@dataclass(frozen=True, eq=False)
class Subject:
    """N labelled images: the M = `trained` training images, then the test images if their labels are unchecked too.

    `images` (M, C, H, W) uint8 are the training images; `labels` (N,) int64 are the labels to audit, and `clean` (N,)
    the true ones, None if unknown. `names` are paths relative to the folder `root`. Without a `root` there are no test
    images, and `names` are row numbers in the data set's whole training set.
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
        """What `names` are, the header of their column in lists: "path", or "index" (row in the training set)."""
        return "index" if self.root is None else "path"

    @property
    def grey(self) -> bool:
        """Whether the pictures that are trained on have one channel, or channels that are all equal."""
        return all(bool((some == some[:, :1]).all()) for some in self.images.split(BLOCK))

    def judged(self, folds: int) -> NDArray[np.bool_]:
        """Which labels (N,) can be judged: those of classes with at least max(2, `folds`) training images.

        A smaller class could not be learnt while one of its images is held out.
        """
        trained = torch.bincount(self.labels[: self.trained], minlength=len(self.class_names))
        return (trained >= max(2, folds))[self.labels].numpy()

    @cached_property
    def file_of(self) -> Callable[[str], Path]:
        """Finds the file of a name, also if the two encode é differently (NFC, NFD); needs a `root`."""
        assert self.root is not None
        return finder(self.root)

    def split(self, row: int) -> str:
        """The part of the data set that an image belongs to: "train" or "test"."""
        return "train" if row < self.trained else "test"


def subject_of(prepared: PreparedRun) -> Subject:
    """The subject of an audit of the run `prepared`, which has no holdout."""
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
