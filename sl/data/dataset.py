"""A data set as whole tensors, and class-balanced shares of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sl.checks import number
from sl.data.mapped import mapped_rows
from sl.errors import UserError

if TYPE_CHECKING:  # torch takes seconds to import; choosing and checking a source does without it
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images and labels: N for training, M for testing, K classes.

    `train_images` (N, C, H, W) and `test_images` (M, C, H, W) are uint8, `train_labels` (N,) and `test_labels` (M,)
    int64 in [0, K). `train_index` (N,) int64 says where each training row stands in the source's whole training set.
    `labels_given`: it is unknown which labels are right (own data); otherwise all are clean. `test_checked`: even so,
    the labels of the test images were checked. Own pictures have names: `train_paths` by `train_index`, `test_paths` by
    row. `validation`: images (V, C, H, W) and checked labels (V,) that belong to the data set. `facts` go into the
    record and say where the images come from.
    `scratch`: images are mapped from files, and a selection of them is written to a new file in this folder.
    `margin`: how many pixels were cut off each side of a picture after it was resized.
    """

    name: str
    train_images: Tensor
    train_labels: Tensor
    test_images: Tensor
    test_labels: Tensor
    class_names: tuple[str, ...]
    train_index: Tensor
    labels_given: bool = False
    train_paths: tuple[str, ...] = ()
    test_paths: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    scratch: Path | None = None
    test_checked: bool = False
    validation: tuple[Tensor, Tensor] | None = None
    margin: int = 0

    @property
    def num_classes(self) -> int:
        """K, the number of classes."""
        return len(self.class_names)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(C, H, W)."""
        channels, height, width = self.train_images.shape[1:]
        return channels, height, width

    def class_index(self, name_or_number: str | int, option: str = "class") -> int:
        """Number of the class with that name, else that number itself; UserError names the `option` and the classes."""
        text = str(name_or_number)
        if text in self.class_names:
            return self.class_names.index(text)
        if text in map(str, range(self.num_classes)):
            return int(text)
        names = ", ".join(self.class_names)
        raise UserError(option, text, f"must be a number from 0 to {self.num_classes - 1} or one of {names}")

    def take(self, images: Tensor, rows: Tensor) -> Tensor:
        """`images[rows]`, mapped from a file if `images` are."""
        return images[rows] if self.scratch is None or images.is_meta else mapped_rows(images, rows, self.scratch)

    def subset(self, train_share: float, test_share: float) -> Dataset:
        """A data set with the same share in (0, 1] of every class, at least one image of each, in the old order.

        `test_share` is the share of the validation images too. The chosen images are spread evenly over those of their
        class, so no seed is involved. Shares of 1 return the data set itself. Raises UserError for shares out of range.
        """
        train_share = number("train_share", train_share, 0, 1, low_open=True)
        test_share = number("test_share", test_share, 0, 1, low_open=True)
        if train_share == test_share == 1:
            return self  # not a copy: every run of a sweep calls this
        train, test = spread(self.train_labels, train_share), spread(self.test_labels, test_share)
        validation = self.validation
        if validation is not None:
            rows = spread(validation[1], test_share)
            validation = (self._share(validation[0], rows), validation[1][rows])
        return replace(
            self,
            validation=validation,
            train_images=self._share(self.train_images, train),
            train_labels=self.train_labels[train],
            test_images=self._share(self.test_images, test),
            test_labels=self.test_labels[test],
            train_index=self.train_index[train],
            test_paths=tuple(self.test_paths[row] for row in test.tolist()) if self.test_paths else (),
        )

    def _share(self, images: Tensor, rows: Tensor) -> Tensor:
        """`images[rows]` for sorted rows; `images` itself for all rows: a copy of Clothing1M would take 150 GB."""
        return images if len(rows) == len(images) else self.take(images, rows)


def spread(labels: Tensor, share: float) -> Tensor:
    """Sorted rows (int64) of a share of every class, evenly spread over the rows of that class in `labels` (N,).

    >>> import torch
    >>> spread(torch.tensor([0, 0, 0, 0, 1, 1]), 0.5).tolist()
    [0, 2, 4]
    """
    import torch

    chosen = []
    for label in labels.unique():
        rows = (labels == label).nonzero().flatten()
        count = max(1, round(share * len(rows)))
        chosen.append(rows[torch.arange(count) * len(rows) // count])
    return torch.cat(chosen).sort().values
