"""MNIST, from the files that torchvision reads."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from sl.checks import flag
from sl.data.archive import Archive
from sl.data.dataset import Dataset
from sl.data.disk import folder, gunzip
from sl.files import short_digest

# md5 of the unpacked files; torchvision knows only those of the packed ones and reads the unpacked ones unchecked.
FILES = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}


class Mnist:
    """70,000 grey 28x28 images of the digits 0 to 9, 10,000 of them for testing (LeCun et al., 1998).

    Read from ``data_dir/MNIST/raw``; files that are missing there are downloaded if `download` is true.
    """

    def __init__(self, data_dir: str | Path, download: bool = True) -> None:
        self.data_dir = folder("data_dir", data_dir)
        self.download = flag("download", download)

    def load(self) -> Dataset:
        """The data set, images (N, 1, 28, 28); UserError if a file is missing or damaged."""
        import torch
        from torchvision.datasets.mnist import read_image_file, read_label_file

        self._provide()
        train_images, train_labels, test_images, test_labels = (str(self._raw / name) for name in FILES)
        labels = read_label_file(train_labels)
        return Dataset(
            name="mnist",
            train_images=read_image_file(train_images).unsqueeze(1),
            train_labels=labels,
            test_images=read_image_file(test_images).unsqueeze(1),
            test_labels=read_label_file(test_labels),
            class_names=tuple("0123456789"),
            train_index=torch.arange(len(labels)),
        )

    def fingerprint(self) -> str:
        """16 hexadecimal digits that follow from the md5s of the published files."""
        return short_digest("".join(FILES.values()).encode())

    @property
    def _raw(self) -> Path:
        return self.data_dir / "MNIST" / "raw"

    def _provide(self) -> None:
        from torchvision.datasets import MNIST

        for packed, md5 in MNIST.resources:
            file = self._raw / packed.removesuffix(".gz")
            archive = Archive([f"{mirror}{packed}" for mirror in MNIST.mirrors], self._raw / packed, md5)
            archive.provide([file], partial(gunzip, target=file), self.download)
            archive.check({file: FILES[file.name]})
