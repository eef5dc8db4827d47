"""Pictures in one folder per class, with or without train/ and test/ above them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from sl.data.pictures import Picture, has_control_character, natural_order
from sl.errors import UserError
from sl.numbers import listed, plural

LABELS_FILE = "labels.csv"
LAYOUT = "pictures lie in train/<class>/ and test/<class>/, or in <class>/"
TRAIN_NAMES, TEST_NAMES = ("train", "training"), ("test", "testing")
VALIDATION_NAMES = ("val", "valid", "validation")
SUFFIXES = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")  # of pictures, as torchvision's


def find_in_folders(root: Path, skipped: Counter[str]) -> dict[str, list[Picture]]:
    """The pictures below `root` by part: ``train`` and ``test``, or all under ``""`` where there is no test folder.

    `skipped` counts the files and folders that are passed over, by reason. Raises UserError for another layout.
    """
    if not root.is_dir():
        raise _refused(root, f"there is no folder {root}; {LAYOUT}")
    folders = _folders(root, skipped)
    if {"train", "test"} <= set(folders):
        skipped["beside train and test"] += len(folders) - 2
        return _two_parts(root, skipped)
    _refuse_other_parts(root, folders)
    where = root
    if folders == ("train",):
        where = root / "train"
        folders = _folders(where, skipped)
    return {"": _pictures(root, where, _two_or_more(root, where, folders), skipped)}


def _refuse_other_parts(root: Path, folders: Sequence[str]) -> None:
    """Raise UserError if a training part lies beside a test or validation part and they are not named train and test.

    One such name alone may be a class (bus, car, train), except test.
    """
    train, test, other = (_named(folders, names) for names in (TRAIN_NAMES, TEST_NAMES, VALIDATION_NAMES))
    if train and (test or other):
        wanted = {train: "train", test or other: "test"}
        renames = " and ".join(f"{name} to {part}" for name, part in wanted.items() if name != part)
        raise _refused(root, f"it has no two folders train and test; rename {renames}")
    if "test" in folders:
        raise _refused(root, "it has a folder test and no folder train; " + LAYOUT)


def _named(folders: Sequence[str], names: Sequence[str]) -> str | None:
    """The folder with one of these names in any case, or None; of several, first lower-case ones, then by `names`."""
    found = [name for name in folders if name.lower() in names]
    return min(found, key=lambda name: (name.lower() != name, names.index(name.lower())), default=None)


def _two_parts(root: Path, skipped: Counter[str]) -> dict[str, list[Picture]]:
    classes = {}
    for part in ("train", "test"):
        classes[part] = _two_or_more(root, root / part, _folders(root / part, skipped))
    if classes["train"] != classes["test"]:
        odd = listed(natural_order(set(classes["train"]) ^ set(classes["test"])))
        raise _refused(root, f"train and test must have the same classes, but only one of them has {odd}")
    return {part: _pictures(root, root / part, names, skipped) for part, names in classes.items()}


def _folders(where: Path, skipped: Counter[str]) -> tuple[str, ...]:
    """Names of the folders in `where`, in natural order, without hidden ones (other tools', as .ipynb_checkpoints)."""
    entries = list(where.iterdir())
    names = [entry.name for entry in entries if entry.is_dir()]
    skipped["hidden"] += sum(map(_is_hidden, names))
    skipped["outside a class folder"] += sum(_is_picture(entry.name) for entry in entries if entry.is_file())
    return natural_order(name for name in names if not _is_hidden(name))


def _two_or_more(root: Path, where: Path, classes: tuple[str, ...]) -> tuple[str, ...]:
    if len(classes) < 2:
        flat = sum(_is_picture(entry.name) for entry in where.iterdir() if entry.is_file())
        instead = f"sort the {plural(flat, 'picture')} in it into class folders, or list them in {root / LABELS_FILE}"
        rule = f"{where} must hold two or more folders, one for each class, and holds {len(classes)}"
        raise _refused(root, f"{rule}; {instead} (path,label)" if flat else rule)
    return classes


def _pictures(root: Path, where: Path, classes: Sequence[str], skipped: Counter[str]) -> list[Picture]:
    pictures: list[Picture] = []
    for label in classes:
        found = picture_files(where / label, skipped)
        if not found:
            none = f"{where / label} holds no picture ({' '.join(SUFFIXES)})"
            raise _refused(root, f"{none}; delete it if it is no class")
        pictures += [Picture(path, path.relative_to(root).as_posix(), label) for path in found]
    return pictures


def passed_over(skipped: Counter[str]) -> str:
    """A line with the counts of `skipped` by reason; empty if nothing was passed over."""
    counts = ", ".join(f"{count} {reason}" for reason, count in sorted((+skipped).items()))
    return f"passed over: {counts}" if counts else ""


def picture_files(folder: Path, skipped: Counter[str]) -> list[Path]:
    """All pictures below `folder`, sorted; `skipped` counts what is passed over. OSError if a folder cannot be read.

    Links to folders are followed, each folder once: links may lead in a circle.
    """
    return sorted(_walked(folder, skipped))


def _walked(folder: Path, skipped: Counter[str]) -> Iterator[Path]:
    seen: set[str] = set()
    for place, folders, files in os.walk(folder, followlinks=True, onerror=_raise):
        real = os.path.realpath(place)
        if real in seen:
            skipped["linked twice"] += 1
            folders.clear()
            continue
        seen.add(real)
        skipped["hidden"] += sum(map(_is_hidden, (*folders, *files)))
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        for name in files:
            if _is_hidden(name):
                continue
            path = Path(place, name)
            if reason := _passed_over(path.relative_to(folder)):
                skipped[reason] += 1
            else:
                yield path


def _passed_over(path: Path) -> str:
    """Why the file is passed over; empty if it is read. Files of labels, records and pages must be able to name it."""
    name = str(path)
    if name.encode(errors="ignore").decode() != name:  # bytes that are not UTF-8 come as lone surrogates
        return "whose name is not UTF-8"
    if has_control_character(name):
        return "whose name holds a control character"
    return "" if _is_picture(path.name) else f"with suffix {path.suffix.lower() or 'missing'}"


def _is_hidden(name: str) -> bool:
    return name.startswith(".")


def _is_picture(name: str) -> bool:
    return Path(name).suffix.lower() in SUFFIXES and not _is_hidden(name)


def _raise(error: OSError) -> None:
    raise error


def _refused(root: Path, reason: str) -> UserError:
    return UserError("data_dir", root, reason)
