"""Your own pictures: one folder per class, or a file of labels; docs/your-own-data.md describes both."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from sl.checks import integer, number, one_of
from sl.data.class_folders import LABELS_FILE, passed_over
from sl.data.dataset import Dataset
from sl.data.disk import folder, pass_over
from sl.data.find_pictures import AS_GIVEN, find, without
from sl.data.mapped import cache_folder, pixels_of
from sl.data.pictures import Picture, Pictures
from sl.errors import UserError, reason
from sl.files import expanded, remembered_digest
from sl.numbers import listed
from sl.say import notice

if TYPE_CHECKING:
    from torch import Tensor

MOST_CLASSES = 20  # how many classes a line lists one by one


class ImageFolder:
    """Pictures of any size, with labels as given: which of them are right is unknown.

    The labels come from the file `labels` (null: ``data_dir/labels.csv``) or, without such a file, from the folders
    ``train/<class>/`` and ``test/<class>/``, or ``<class>/``. Without a test set, `test_share` (null: 0.2) of every
    class is drawn for testing by `split_seed` (null: 0). Pictures become RGB squares of `image_size` pixels
    (`sl.data.decode`), classes are in natural order. `on_error`: an unreadable picture ends the run (fail), or is
    named and left out (skip). `storage`: pixels in memory, or mapped from a file in `cache_dir` (`sl.data.mapped`).
    """

    labels_given: ClassVar[bool] = True

    def __init__(
        self,
        name: str,
        data_dir: str | Path,
        image_size: int,
        labels: str | Path | None = None,
        test_share: float | None = None,
        split_seed: int | None = None,
        on_error: str = "fail",
        storage: str = "memory",
        cache_dir: str | Path = "cache",
    ) -> None:
        if not isinstance(name, str) or not re.fullmatch(r"[\w-]+", name):
            raise UserError("name", name, "must be a word of letters, digits, _ and -")
        self.name = name
        self.data_dir = folder("data_dir", data_dir, "a file of labels is dataset.labels=FILE")
        self.image_size = integer("image_size", image_size, 1)
        self.labels = None if labels is None else expanded("labels", labels)
        if test_share is not None:
            number("test_share", test_share, 0, 1, low_open=True, high_open=True)
        if split_seed is not None:
            integer("split_seed", split_seed, 0)
        self.test_share, self.split_seed = test_share, split_seed
        self.cache = cache_folder(storage, cache_dir)
        self.on_error = one_of("on_error", on_error, ("fail", "skip"))

    def load(self) -> Dataset:
        """The data set, images (N, 3, image_size, image_size); UserError for an unusable class or picture."""
        found, unreadable = self._found, {}
        images = []
        for part in (found.train, found.test):
            pixels, failed = self._decode(part)
            images.append(pixels)
            unreadable.update({part[place].name: reason for place, reason in failed.items()})
        if unreadable:
            self._pass_over([f"{name}: {reason}" for name, reason in unreadable.items()])
            found = without(found, set(unreadable), self.data_dir, self._labels_file)
        for line in summary_lines(found, self._labels_file):
            notice(f"{self.data_dir}: {line}")
        return self._dataset(found, *images)

    def outline(self) -> Dataset:
        """The data set of `load` as if all pictures were readable, images on the meta device: no pixel is read."""
        import torch

        found, size = self._found, self.image_size
        images = (torch.empty(len(part), 3, size, size, dtype=torch.uint8, device="meta")
                  for part in (found.train, found.test))  # fmt: skip
        return self._dataset(found, *images)

    def fingerprint(self) -> str:
        """sha256 over the sorted names of all pictures and their bytes; with a file of labels, over label and part too.

        16 hexadecimal digits. Class names are hashed too if their order, which numbers the labels, is not text order.
        """
        found, content = self._found, hashlib.sha256()
        parts = [*(("train", picture) for picture in found.train), *(("test", picture) for picture in found.test)]
        for part, picture in sorted(parts, key=lambda entry: entry[1].name):
            said = f"{picture.label}\0{part}\0".encode() if self._labels_file else b""
            content.update(os.fsencode(picture.name) + b"\0" + said + self._digests[picture.name])
        if list(found.class_names) != sorted(found.class_names):
            content.update("\0".join(found.class_names).encode())
        return content.hexdigest()[:16]

    @cached_property
    def _labels_file(self) -> Path | None:
        own = self.data_dir / LABELS_FILE
        return self.labels or (own if os.path.isfile(own) else None)  # Path.is_file raises where it may not look

    @cached_property
    def _found(self) -> Pictures:
        return find(self.data_dir, self._labels_file, self.test_share, self.split_seed)

    @cached_property
    def _digests(self) -> dict[str, bytes]:
        """sha256 of every picture's file by name; UserError for unreadable files, unless `on_error` is skip."""
        digests, failed = dict[str, bytes](), list[str]()
        for picture in (*self._found.train, *self._found.test):
            try:
                digests[picture.name] = bytes.fromhex(remembered_digest(picture.path))
            except OSError as error:
                digests[picture.name] = b"unreadable"
                failed.append(f"{picture.name}: {reason(error)}")
        if failed and self.on_error == "fail":
            self._pass_over(failed)
        return digests

    def _pass_over(self, unreadable: Sequence[str]) -> None:
        pass_over(unreadable, self.data_dir, self.on_error, self._labels_file)

    def _decode(self, part: Sequence[Picture]) -> tuple[Tensor, dict[int, str]]:
        """Images (N, 3, size, size) of the readable pictures of `part`, and ``{place: reason}`` of the others."""
        paths = [picture.path for picture in part]

        def content() -> bytes:
            return b"".join(self._digests[picture.name] for picture in part)

        return pixels_of(paths, self.image_size, self.cache, content)

    def _dataset(self, found: Pictures, train_images: Tensor, test_images: Tensor) -> Dataset:
        import torch

        return Dataset(
            name=self.name,
            train_images=train_images,
            train_labels=torch.tensor(found.labels(found.train)),
            test_images=test_images,
            test_labels=torch.tensor(found.labels(found.test)),
            class_names=found.class_names,
            train_index=torch.arange(len(found.train)),
            labels_given=True,
            train_paths=tuple(picture.name for picture in found.train),
            test_paths=tuple(picture.name for picture in found.test),
            scratch=self.cache,
            facts={"split": found.split, "skipped": dict(found.skipped)},
        )


def summary_lines(found: Pictures, labels: Path | None) -> Iterator[str]:
    """The lines that describe the pictures: classes in order with their counts, the split, what was passed over."""
    train, test = (Counter(picture.label for picture in part) for part in (found.train, found.test))
    counts = [f"{number} {name} {train[name]} + {test[name]}" for number, name in enumerate(found.class_names)]
    more = f", ... ({len(counts)} classes)" if len(counts) > MOST_CLASSES else ""
    yield f"classes in order, training + test pictures: {', '.join(counts[:MOST_CLASSES])}{more}"
    yield split_line(found, labels)
    untested = [name for name in found.class_names if not test[name]]
    if untested:
        yield f"classes without a picture for testing: {listed(untested)}"
    alike = defaultdict[str, list[str]](list)
    for name in found.class_names:
        alike[name.casefold()].append(name)
    for names in alike.values():
        if len(names) > 1:
            yield f"classes that differ in upper and lower case alone: {listed(names)}"
    if found.skipped:
        yield passed_over(found.skipped)


def split_line(found: Pictures, labels: Path | None) -> str:
    """Where the test pictures come from, for the user; records say `AS_GIVEN` for folders and for a column alike."""
    if found.split != AS_GIVEN:
        return found.split
    parts = (("train/", found.train), ("test/", found.test))
    in_folders = all(picture.name.startswith(prefix) for prefix, part in parts for picture in part)
    if labels is None or in_folders:
        return "the folders train and test say which pictures are for testing"
    return f"the column split of {labels.name} names the test pictures"
