"""Clothing1M: a million pictures of clothes with labels from the text around them, in the layout of its authors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from sl.checks import integer, one_of
from sl.data.dataset import Dataset
from sl.data.disk import folder, pass_over, reading
from sl.data.mapped import cache_folder, pixels_of
from sl.errors import UserError
from sl.files import short_digest

if TYPE_CHECKING:
    from torch import Tensor

CLASSES = (
    "T-Shirt", "Shirt", "Knitwear", "Chiffon", "Sweater", "Hoodie", "Windbreaker", "Jacket", "Downcoat", "Suit",
    "Shawl", "Dress", "Vest", "Underwear",
)  # fmt: skip
LISTS = {"train": "noisy_train", "validation": "clean_val", "test": "clean_test"}
ORIGIN = "https://github.com/Cysu/noisy_label says how to get the data"


class Clothing1M:
    """14 classes (Xiao et al., CVPR 2015): noisy training labels, and checked ones for validation and testing.

    `data_dir` holds ``images/`` and, there or in ``annotations/``, ``noisy_train_key_list.txt``,
    ``clean_val_key_list.txt`` and ``clean_test_key_list.txt`` (a path such as ``images/0/12/3,45.jpg`` on each line),
    ``noisy_label_kv.txt`` and ``clean_label_kv.txt`` (path, blank, number of the class). Pictures are resized to
    squares with sides of ``image_size + 2 * margin`` pixels, of which the middle is kept. `storage`, `cache_dir` and
    `on_error` are those of `sl.data.ImageFolder`. A file of mapped pixels is found by `data_dir` and the pictures'
    names, not by content: delete `cache_dir` if a picture has changed. Unreadable pictures are tried again each time.
    """

    name: ClassVar[str] = "clothing1m"
    labels_given: ClassVar[bool] = True

    def __init__(
        self,
        data_dir: str | Path,
        image_size: int = 224,
        margin: int = 16,
        storage: str = "mapped",
        cache_dir: str | Path = "cache",
        on_error: str = "fail",
    ) -> None:
        self.data_dir = folder("data_dir", data_dir)
        self.image_size = integer("image_size", image_size, 1)
        self.margin = integer("margin", margin, 0)
        self.cache = cache_folder(storage, cache_dir)
        self.on_error = one_of("on_error", on_error, ("fail", "skip"))

    def load(self) -> Dataset:
        """The data set, images (N, 3, image_size, image_size); UserError for a missing or wrong file or picture."""
        images, lists = {}, {}
        for part, listed in self._listed.items():
            images[part], unreadable = self._decode([name for name, _ in listed])
            if unreadable:
                named = [f"{listed[place][0]}: {reason}" for place, reason in unreadable.items()]
                pass_over(named, self.data_dir, self.on_error)
            lists[part] = [entry for place, entry in enumerate(listed) if place not in unreadable]
            if not lists[part]:
                raise UserError("data_dir", self.data_dir, f"no picture of {LISTS[part]} can be read")
        return self._dataset(lists, images)

    def outline(self) -> Dataset:
        """The data set of `load` as if all pictures were readable, images on the meta device: no pixel is read."""
        import torch

        shape = (3, self.image_size, self.image_size)
        images = {part: torch.empty(len(listed), *shape, dtype=torch.uint8, device="meta")
                  for part, listed in self._listed.items()}  # fmt: skip
        return self._dataset(self._listed, images)

    def fingerprint(self) -> str:
        """16 hexadecimal digits of sha256 over the names and labels of all pictures; the million files are not read."""
        return short_digest(repr(list(self._listed.items())).encode())

    @cached_property
    def _listed(self) -> dict[str, list[tuple[str, int]]]:
        """Path and label of the pictures of each part, in the order of its list."""
        labels = {kind: self._labels(f"{kind}_label_kv.txt") for kind in ("noisy", "clean")}
        return {part: self._part(f"{list_}_key_list.txt", labels[list_.partition("_")[0]])
                for part, list_ in LISTS.items()}  # fmt: skip

    def _lines(self, name: str) -> tuple[Path, list[str]]:
        places = [self.data_dir / "annotations" / name, self.data_dir / name]
        with reading(self.data_dir):
            file = next((place for place in places if place.is_file()), None)
            if file is None:
                raise UserError("data_dir", self.data_dir, f"must hold {name}, there or in annotations/; {ORIGIN}")
        with reading(file):
            return file, file.read_text(encoding="utf-8").splitlines()

    def _labels(self, name: str) -> dict[str, int]:
        file, lines = self._lines(name)
        labels = {}
        for number, line in enumerate(lines, 1):
            path, _, label = line.strip().rpartition(" ")
            if not path or not label.isdecimal() or int(label) >= len(CLASSES):
                raise UserError(f"{file} line {number}: it must be a path and a number from 0 to {len(CLASSES) - 1}")
            labels[path] = int(label)
        return labels

    def _part(self, name: str, labels: dict[str, int]) -> list[tuple[str, int]]:
        file, lines = self._lines(name)
        names = [line.strip() for line in lines if line.strip()]
        unlabelled = next((path for path in names if path not in labels), None)
        if unlabelled is not None or not names:
            raise UserError(f"{file}: it must list pictures that have a label; {unlabelled or 'it lists none'}")
        return [(path, labels[path]) for path in names]

    def _decode(self, names: Sequence[str]) -> tuple[Tensor, dict[int, str]]:
        paths = [self.data_dir / name for name in names]

        def content() -> bytes:
            return "\n".join([str(self.data_dir.resolve()), *names]).encode()

        return pixels_of(paths, self.image_size, self.cache, content, self.margin)

    def _dataset(self, listed: dict[str, list[tuple[str, int]]], images: dict[str, Tensor]) -> Dataset:
        import torch

        labels = {part: torch.tensor([label for _, label in entries]) for part, entries in listed.items()}
        return Dataset(
            name=self.name,
            train_images=images["train"],
            train_labels=labels["train"],
            test_images=images["test"],
            test_labels=labels["test"],
            class_names=CLASSES,
            train_index=torch.arange(len(listed["train"])),
            labels_given=True,
            test_checked=True,
            train_paths=tuple(name for name, _ in listed["train"]),
            test_paths=tuple(name for name, _ in listed["test"]),
            scratch=self.cache,
            facts={"split": "noisy_train, clean_val and clean_test are as published"},
            validation=(images["validation"], labels["validation"]),
            margin=self.margin,
        )
