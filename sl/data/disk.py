"""Reads and unpacks files for the data sources; errors of the disk become a UserError of one line."""

import errno
import gzip
import os
import shutil
import tarfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sl.errors import UserError, reason
from sl.files import expanded, replacing, writing
from sl.numbers import plural
from sl.say import notice

NAMED = 3  # how many unreadable pictures, or mistakes in a file, a message names; it counts all
GONE = f": {os.strerror(errno.ENOENT)}"


def folder(name: str, value: object, instead: str = "") -> Path:
    """The path `value` of a folder that may not exist yet, with ``~`` expanded.

    Raises UserError that names the parameter if `value` is no path or is a file; then it says what to do `instead`.
    """
    path = expanded(name, value, "must be the path of a folder")
    if os.path.isfile(path):  # False where the system refuses to say; Path.is_file would raise
        raise UserError(name, value, f"must be a folder, and is a file{instead and f'; {instead}'}")
    return path


@contextmanager
def reading(source: Path, encode: str = "") -> Iterator[None]:
    """Raise UserError if the block, which reads the file or folder `source`, finds a file missing or unreadable.

    Text that is not UTF-8 raises it too; `encode` then says how to convert it.
    """
    try:
        yield
    except UnicodeDecodeError:
        raise UserError(f"{source}: must be UTF-8 text{encode}") from None
    except FileNotFoundError as error:
        raise UserError(f"{error.filename or source} is missing") from None
    except OSError as error:
        raise UserError(f"{error.filename or source} cannot be read: {reason(error)}") from None


def first_of(mistakes: Sequence[str]) -> str:
    """The first three mistakes, and how many more there are, in one line."""
    more = [f"and {len(mistakes) - NAMED} more"] if len(mistakes) > NAMED else []
    return "; ".join([*mistakes[:NAMED], *more])


def pass_over(unreadable: Sequence[str], data_dir: Path, on_error: str, listed_in: Path | None = None) -> None:
    """Print a notice about the pictures of `data_dir` that cannot be read; `unreadable` holds ``name: reason``.

    `listed_in` is the file that names the pictures, if there is one. Raises UserError instead if `on_error` is fail.
    """
    pictures = plural(len(unreadable), "picture")
    if all(each.endswith(GONE) for each in unreadable):
        unreadable = [each.removesuffix(GONE) for each in unreadable]
        rule = f"; paths in {listed_in} are relative to data_dir" if listed_in else ""
        what = f"{pictures} missing in {data_dir}: {first_of(unreadable)}{rule}"
    else:
        what = f"{pictures} in {data_dir} cannot be read: {first_of(unreadable)}"
    if on_error == "fail":
        raise UserError(f"{what}; dataset.on_error=skip leaves them out")
    notice(what)


def untar(archive: Path, members: Collection[str], target: Path) -> None:
    """Unpack those `members` of a tar file that the folder `target` does not hold yet."""
    with writing(target), tarfile.open(archive) as tar:
        for entry in tar:
            content = tar.extractfile(entry) if entry.name in members else None
            if content is not None and not (target / entry.name).exists():
                with replacing(target / entry.name) as part, part.open("wb") as file:
                    shutil.copyfileobj(content, file)


def gunzip(archive: Path, target: Path) -> None:
    """Unpack a gzip file to the file `target`."""
    with writing(target.parent), gzip.open(archive) as content, replacing(target) as part, part.open("wb") as file:
        shutil.copyfileobj(content, file)
