"""Your own pictures: train/ and test/, one folder per class."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sl.checks import integer
from sl.data.dataset import Dataset
from sl.data.disk import folder, reading
from sl.errors import UserError

if TYPE_CHECKING:
    from torch import Tensor

Pictures = list[tuple[Path, int]]  # with the class of each


class ImageFolder:
    """Pictures of any size in ``data_dir/train/<class>/`` and ``data_dir/test/<class>/``.

    They become RGB squares of `image_size` pixels (bilinear, antialiased; the aspect is not kept). Classes are the
    folders' names in alphabetical order. Hidden files, and files without a picture's suffix, are passed over.
    """

    def __init__(self, name: str, data_dir: str | Path, image_size: int) -> None:
        if not isinstance(name, str) or not re.fullmatch(r"[\w-]+", name):
            raise UserError(f"name={name}: allowed is a word of letters, digits, _ and -")
        self.name = name
        self.data_dir = folder("data_dir", data_dir)
        self.image_size = integer("image_size", image_size, 1)

    def load(self) -> Dataset:
        """The data set, images (N, 3, image_size, image_size); UserError if a class or a picture is at fault."""
        import torch

        class_names, train, test = self._find()
        return Dataset(
            name=self.name,
            train_images=self._read(train),
            train_labels=torch.tensor([label for _, label in train]),
            test_images=self._read(test),
            test_labels=torch.tensor([label for _, label in test]),
            class_names=class_names,
            train_index=torch.arange(len(train)),
        )

    def fingerprint(self) -> str:
        """sha256 over the sorted relative paths and the bytes of all pictures; 16 hexadecimal digits."""
        _, train, test = self._find()
        content = hashlib.sha256()
        files = {path.relative_to(self.data_dir).as_posix(): path for path, _ in train + test}
        for name, path in sorted(files.items()):
            with reading(path):
                content.update(f"{name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
        return content.hexdigest()[:16]

    def _find(self) -> tuple[tuple[str, ...], Pictures, Pictures]:
        with reading(self.data_dir):
            train_classes, test_classes = (self._classes(part) for part in ("train", "test"))
            if train_classes != test_classes:
                odd = ", ".join(sorted(set(train_classes) ^ set(test_classes)))
                raise self._refused(f"train and test must have the same classes, but only one of them has {odd}")
            return train_classes, self._pictures("train", train_classes), self._pictures("test", train_classes)

    def _classes(self, part: str) -> tuple[str, ...]:
        where = self.data_dir / part
        if not where.is_dir():
            raise self._refused(f"there is no folder {where}; pictures lie in train/<class>/ and test/<class>/")
        found = tuple(sorted(entry.name for entry in where.iterdir() if entry.is_dir() and _is_visible(entry)))
        if len(found) < 2:
            raise self._refused(f"{where} must hold two or more folders, one for each class, and holds {len(found)}")
        return found

    def _pictures(self, part: str, classes: Sequence[str]) -> Pictures:
        from torchvision.datasets.folder import IMG_EXTENSIONS

        pictures: Pictures = []
        for label, name in enumerate(classes):
            files = sorted((self.data_dir / part / name).rglob("*"))
            found = [path for path in files if path.suffix.lower() in IMG_EXTENSIONS and _is_visible(path)]
            if not found:
                where = self.data_dir / part / name
                raise self._refused(f"{where} holds no picture; read are {' '.join(IMG_EXTENSIONS)}")
            pictures += [(path, label) for path in found]
        return pictures

    def _refused(self, reason: str) -> UserError:
        return UserError(f"data_dir={self.data_dir}: {reason}")

    def _read(self, pictures: Pictures) -> Tensor:
        import torch

        size = self.image_size
        images = torch.empty(len(pictures), 3, size, size, dtype=torch.uint8)
        for image, (path, _) in zip(images, pictures, strict=True):
            image.copy_(read_picture(path, size))
        return images


def _is_visible(path: Path) -> bool:
    """Other tools leave hidden folders and files (.ipynb_checkpoints, ._name.jpg) among the pictures."""
    return not path.name.startswith(".")


def read_picture(path: Path, size: int) -> Tensor:
    """The picture as (3, size, size) uint8; UserError that names the file if it cannot be read."""
    from PIL import Image
    from torchvision.transforms.functional import pil_to_tensor

    try:
        with Image.open(path) as picture:
            return pil_to_tensor(picture.convert("RGB").resize((size, size), Image.Resampling.BILINEAR))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UserError(f"{path} cannot be read as a picture: {error}") from None
