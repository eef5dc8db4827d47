"""Pictures in one folder per class, with or without train/ and test/ above them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from sl.data.pictures import Picture, natural_order
from sl.errors import UserError

LAYOUT = "pictures lie in train/<class>/ and test/<class>/, or in <class>/"
SAID_AS_TEST = ("val", "valid", "validation")


def find_in_folders(root: Path, skipped: Counter[str]) -> dict[str, list[Picture]]:
    """The pictures below `root` by part: ``train`` and ``test``, or all under ``""`` where there is no test folder.

    `skipped` counts what is passed over. Raises UserError where the folders are not laid out so.
    """
    if not root.is_dir():
        raise _refused(root, f"there is no folder {root}; {LAYOUT}")
    folders = _folders(root, Counter())
    if {"train", "test"} <= set(folders):
        return _two_parts(root, skipped)
    if "test" in folders:
        raise _refused(root, "it has a folder test and no folder train; " + LAYOUT)
    other = next((name for name in SAID_AS_TEST if name in folders), None)
    if "train" in folders and other:
        raise _refused(root, f"it has a folder train and no folder test; rename the folder {other} to test")
    where = root / "train" if folders == ("train",) else root
    return {"": _pictures(root, where, _classes(root, where, skipped), skipped)}


def _two_parts(root: Path, skipped: Counter[str]) -> dict[str, list[Picture]]:
    classes = {part: _classes(root, root / part, skipped) for part in ("train", "test")}
    if classes["train"] != classes["test"]:
        odd = ", ".join(sorted(set(classes["train"]) ^ set(classes["test"])))
        raise _refused(root, f"train and test must have the same classes, but only one of them has {odd}")
    return {part: _pictures(root, root / part, names, skipped) for part, names in classes.items()}


def _folders(where: Path, skipped: Counter[str]) -> tuple[str, ...]:
    """Names of the folders in `where`, in natural order; hidden ones are other tools' (.ipynb_checkpoints)."""
    names = [entry.name for entry in where.iterdir() if entry.is_dir()]
    skipped["hidden"] += sum(map(_is_hidden, names))
    return natural_order(name for name in names if not _is_hidden(name))


def _classes(root: Path, where: Path, skipped: Counter[str]) -> tuple[str, ...]:
    found = _folders(where, skipped)
    if len(found) < 2:
        raise _refused(root, f"{where} must hold two or more folders, one for each class, and holds {len(found)}")
    beside = (entry.name for entry in where.iterdir() if entry.is_file())
    skipped["outside a class folder"] += sum(map(_is_picture, beside))
    return found


def _pictures(root: Path, where: Path, classes: Sequence[str], skipped: Counter[str]) -> list[Picture]:
    pictures: list[Picture] = []
    for label in classes:
        found = sorted(_files(where / label, skipped))
        if not found:
            raise _refused(root, f"{where / label} holds no picture ({' '.join(_suffixes())})")
        pictures += [Picture(path, path.relative_to(root).as_posix(), label) for path in found]
    return pictures


def _files(folder: Path, skipped: Counter[str]) -> Iterator[Path]:
    """Pictures below a class's folder. Links to folders are followed, each folder once: links may lead in a circle."""
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
            if _is_picture(name):
                path = Path(place, name)
                if _is_text(str(path.relative_to(folder))):
                    yield path
                else:
                    skipped["whose name is not UTF-8"] += 1
            elif not _is_hidden(name):
                skipped[f"with suffix {Path(name).suffix.lower() or 'missing'}"] += 1


def _is_text(name: str) -> bool:
    """Whether files of labels and pages can hold it: bytes that are not UTF-8 come as lone surrogates."""
    return name.encode(errors="ignore").decode() == name


def _is_hidden(name: str) -> bool:
    return name.startswith(".")


def _is_picture(name: str) -> bool:
    return Path(name).suffix.lower() in _suffixes() and not _is_hidden(name)


def _suffixes() -> tuple[str, ...]:
    from torchvision.datasets.folder import IMG_EXTENSIONS  # torchvision takes a second to import

    return IMG_EXTENSIONS


def _raise(error: OSError) -> None:
    raise error


def _refused(root: Path, reason: str) -> UserError:
    return UserError("data_dir", root, reason)
