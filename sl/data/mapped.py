"""Pictures that do not fit into memory: decoded once by worker processes into a file of bytes, which is then mapped."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from sl.checks import one_of
from sl.data.disk import folder
from sl.files import file_digest, replace_file, short_digest, writing
from sl.locks import locked
from sl.say import notice

if TYPE_CHECKING:
    from torch import Tensor

CHUNK = 256  # pictures that one task of a worker decodes; an unfinished chunk is lost when decoding stops


@dataclass
class DecodeProgress:
    """What a file of pixels holds so far, kept as JSON beside it.

    `done`: the first place of each finished chunk. `unreadable`: the reason for each place. `sha256`: of the whole
    file, empty until decoding is complete.
    """

    done: list[int] = field(default_factory=list)
    unreadable: dict[int, str] = field(default_factory=dict)
    sha256: str = ""

    @classmethod
    def load(cls, path: Path) -> DecodeProgress:
        """The progress kept at `path`; an empty one if that file is missing or damaged."""
        from pydantic import TypeAdapter  # pixels in memory do not need it

        try:
            return TypeAdapter(cls).validate_json(path.read_bytes())
        except (OSError, ValueError):
            return cls()

    def save(self, path: Path) -> None:
        """Write it to `path`, whole or not at all."""
        replace_file(path, json.dumps(vars(self)))

    def forget_unreadable(self) -> None:
        """Mark the chunks with unreadable pictures as not done, and drop the checksum."""
        chunks = {place - place % CHUNK for place in self.unreadable}
        self.done = [first for first in self.done if first not in chunks]
        self.unreadable, self.sha256 = {}, ""


def cache_folder(storage: object, cache_dir: str | Path) -> Path | None:
    """The folder for files of pixels; None if `storage` is memory. UserError for another storage or a wrong folder."""
    cache = folder("cache_dir", cache_dir)
    return cache if one_of("storage", storage, ("memory", "mapped")) == "mapped" else None


def pixels_of(
    paths: Sequence[Path], size: int, cache: Path | None, content: Callable[[], bytes], margin: int = 0
) -> tuple[Tensor, dict[int, str]]:
    """As `sl.data.decode.decode_all`; with a folder `cache`, mapped from a file named by the hash of `content`."""
    if cache:
        return decode_mapped(paths, size, cache, short_digest(content()), margin)
    from sl.data.decode import decode_all  # needs numpy

    return decode_all(paths, size, margin)


def decode_mapped(
    paths: Sequence[Path], size: int, cache: Path, key: str, margin: int = 0
) -> tuple[Tensor, dict[int, str]]:
    """As `sl.data.decode.decode_all`, but the pixels are those of a file in the folder `cache`.

    `key` stands for the content of the pictures, in order. One process per core decodes the file if it is missing,
    unfinished or not what its checksum says; finished chunks of an unfinished file are kept. If one of the unreadable
    pictures can be read now, all chunks with such pictures are decoded again. Raises UserError if `cache` cannot be
    written to.
    """
    side = f"{size}-{margin}" if margin else f"{size}"
    pixels = cache / f"{key}-{side}-pillow{version('pillow')}.pixels"
    with writing(cache), locked(pixels):
        unreadable = _completed(paths, size, margin, pixels)
    import torch

    flat = torch.from_file(str(pixels), shared=True, size=pixels.stat().st_size, dtype=torch.uint8)
    images = flat.view(len(paths), 3, size, size)
    if not unreadable:
        return images, {}
    readable = [place for place in range(len(paths)) if place not in unreadable]
    return mapped_rows(images, torch.tensor(readable, dtype=torch.int64), cache), unreadable


def mapped_rows(images: Tensor, rows: Tensor, scratch: Path) -> Tensor:
    """`images[rows]` of mapped images, mapped from a temporary file in `scratch`, deleted with its last mapping.

    Raises UserError if `scratch` has no room for it.
    """
    import torch

    shape, size = images.shape[1:], len(rows) * images[0].numel()
    with writing(scratch), tempfile.NamedTemporaryFile(dir=scratch, prefix=".rows-") as file:
        take_room(file.fileno(), size)
        taken = torch.from_file(file.name, shared=True, size=size, dtype=torch.uint8).view(len(rows), *shape)
    torch.index_select(images, 0, rows, out=taken)  # writes image by image: `images[rows]` would hold all in memory
    return taken


def take_room(descriptor: int, size: int) -> None:
    """Make a file `size` bytes long; OSError if the disk is too full for them.

    Where the system can, the room is reserved at once: it kills a process whose mapped memory does not fit on the disk.
    """
    if hasattr(os, "posix_fallocate") and size:
        os.posix_fallocate(descriptor, 0, size)
    os.truncate(descriptor, size)


def _completed(paths: Sequence[Path], size: int, margin: int, pixels: Path) -> dict[int, str]:
    """Decode what the file `pixels` does not hold yet; returns ``{place: reason}`` of the unreadable pictures."""
    about = pixels.with_suffix(".json")
    progress = DecodeProgress.load(about)
    bytes_in_all = len(paths) * 3 * size * size
    if not pixels.exists() or pixels.stat().st_size != bytes_in_all:
        progress = DecodeProgress()
        progress.save(about)  # before the new file exists: the progress of an earlier file must not count for it
        with pixels.open("wb") as file:
            file.truncate(bytes_in_all)
    if progress.sha256 and progress.sha256 != file_digest(pixels):
        notice(f"{pixels} is damaged and is decoded again")
        progress = DecodeProgress()
    if _mended([paths[place] for place in progress.unreadable], size, margin):
        progress.forget_unreadable()
        progress.save(about)  # before the first chunk is written: the checksum is wrong from then on
    if not progress.sha256:
        _decode(paths, (size, margin), pixels, about, progress)
    return progress.unreadable


def _mended(unreadable: Sequence[Path], size: int, margin: int) -> bool:
    """Whether one of the pictures can be read after all."""
    from sl.data.decode import Unreadable, decoded, without_warnings

    with without_warnings():
        return any(not isinstance(decoded(path, size, margin), Unreadable) for path in unreadable)


def _decode(paths: Sequence[Path], frame: tuple[int, int], pixels: Path, about: Path, progress: DecodeProgress) -> None:
    from joblib import Parallel, delayed
    from rich.console import Console
    from rich.progress import track

    todo = [first for first in range(0, len(paths), CHUNK) if first not in progress.done]
    notice(f"{len(paths)} pictures are decoded into {pixels} ({pixels.stat().st_size / 1e6:.0f} MB)")
    tasks = (delayed(_decode_chunk)(paths[first : first + CHUNK], first, *frame, pixels) for first in todo)
    results = Parallel(n_jobs=-1, return_as="generator_unordered")(tasks)
    quiet = not sys.stderr.isatty()
    for first, unreadable in track(results, "decoding", len(todo), console=Console(stderr=True), disable=quiet):
        progress.done.append(first)
        progress.unreadable.update(unreadable)
        progress.save(about)
    progress.sha256 = file_digest(pixels)
    progress.save(about)


def _decode_chunk(
    paths: Sequence[Path], first: int, size: int, margin: int, pixels: Path
) -> tuple[int, dict[int, str]]:
    """Write the pixels of the chunk at place `first`; returns `first`, and ``{place: reason}`` of unreadable ones."""
    from sl.data.decode import Unreadable, decoded, without_warnings

    unreadable = {}
    with pixels.open("r+b") as file, without_warnings():
        for place, path in enumerate(paths, first):
            picture = decoded(path, size, margin)
            if isinstance(picture, Unreadable):
                unreadable[place] = str(picture)
                continue
            file.seek(place * 3 * size * size)
            file.write(picture.transpose(2, 0, 1).tobytes())
        file.flush()
        os.fsync(file.fileno())
    return first, unreadable
