"""Labels the pictures of a folder with a saved network."""

import csv
import math
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from sl.data.class_folders import SUFFIXES, passed_over, picture_files
from sl.data.decode import Unreadable, opened, without_warnings
from sl.data.disk import reading
from sl.errors import UserError
from sl.processes import cores
from sl.saved.files import output
from sl.saved.load import SavedModel, load_model, to_bytes
from sl.say import warn

BATCH = 256


def predict_folder(
    model: Path,
    folder: Path,
    out: Path,
    skip_unreadable: bool = False,
    allow_targets: Sequence[str] = (),
    device: torch.device | str = "cpu",
) -> str:
    """Write the CSV `out`, a line `path,label,confidence` for each picture below `folder`; returns a line with counts.

    Paths are relative to `folder` and sorted. Files are chosen as for training (`picture_files`). Raises UserError for
    a folder that is missing or holds no picture, where the network gives nan, and for a picture that cannot be read;
    with `skip_unreadable` such a picture is only named on standard error. `allow_targets` and `device` are those of
    `load_model`.
    """
    loaded, files = load_model(model, device, allow_targets), pictures_below(folder)
    with without_warnings(), output(out, model, files) as part, part.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(["path", "label", "confidence"])
        count = 0
        for names, images in batches(loaded, files, folder, skip_unreadable):
            confidence, labels = loaded.probabilities(images).max(1)
            for name, label, value in zip(names, labels.tolist(), confidence.tolist(), strict=True):
                if math.isnan(value):
                    raise UserError(f"{model}: the network must give probabilities; for {name} it gives nan")
                writer.writerow([name, loaded.classes[label], f"{value:.6f}"])
            count += len(names)
    return f"{out}: {count} of {len(files)} pictures labelled"


def pictures_below(folder: Path) -> list[Path]:
    """All pictures below `folder`, sorted; warns about files that are passed over. UserError where there is none."""
    if os.path.isfile(folder):  # Path.is_file raises where it may not look
        raise UserError("folder", folder, "must be a folder of pictures")
    skipped: Counter[str] = Counter()
    with reading(folder):
        files = picture_files(folder, skipped)
    if counts := passed_over(skipped):
        warn(f"{folder}: {counts}")
    if not files:
        raise UserError(f"{folder}: must be a folder that holds pictures ({' '.join(SUFFIXES)})")
    return files


def batches(
    loaded: SavedModel, files: list[Path], folder: Path, skip_unreadable: bool
) -> Iterator[tuple[list[str], Tensor]]:
    """Names and uint8 images (B, C, H, W) of the readable pictures; UserError for others without `skip_unreadable`."""
    with ThreadPoolExecutor(cores()) as threads:  # Pillow works outside of Python's lock
        for start in range(0, len(files), BATCH):
            paths, names, images = files[start : start + BATCH], [], []
            for path, picture in zip(paths, threads.map(partial(read, about=loaded.about), paths), strict=True):
                if isinstance(picture, Tensor):
                    images.append(picture)
                    names.append(path.relative_to(folder).as_posix())
                elif skip_unreadable:
                    warn(f"skipped: {picture}")
                else:
                    raise UserError(f"{picture}; skip_unreadable=true leaves it out")
            if names:
                yield names, torch.stack(images)


def read(path: Path, about: dict[str, Any]) -> Tensor | UserError:
    """The picture as (C, H, W) uint8 for the network of `about`; returns a UserError if it cannot be read."""
    try:
        with opened(path) as picture:
            return to_bytes(picture, tuple(about["image_shape"]), about["margin"])
    except Unreadable as error:
        return UserError(f"{path} cannot be read as a picture: {error}")
