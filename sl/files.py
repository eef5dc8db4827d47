"""Writes files so that neither a stop nor a full disk leaves a partial file; hashes and names of files."""

import contextlib
import functools
import hashlib
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import quote

from sl.errors import UserError, reason
from sl.signals import STOP_SIGNALS, restore_handlers, set_handlers


def expanded(name: str, value: object, rule: str = "must be a path") -> Path:
    """The path `value` of the option `name`, with ``~`` expanded; UserError with the `rule` if it is no path.

    ``~bob`` is refused if there is no user bob: else it would be a folder in the current folder.
    """
    if not isinstance(value, str | os.PathLike) or not str(value).strip():
        raise UserError(name, value, rule)
    try:
        return Path(value).expanduser()
    except RuntimeError:
        raise UserError(name, value, "there is no such user; a name that begins with ~ needs its whole path") from None


def replace_file(path: Path, content: bytes | str, former: Path | None = None) -> None:
    """Make `content` (text as UTF-8) the whole content of `path`, as `replacing` does."""
    with replacing(path, former) as part:
        part.write_bytes(content.encode() if isinstance(content, str) else content)


def replace_json(path: Path, content: object) -> None:
    """Make `content` the whole content of `path` as JSON that a person can read too, as `replacing` does."""
    replace_file(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


@contextlib.contextmanager
def replacing(path: Path, former: Path | None = None) -> Iterator[Path]:
    """Yield a path to write a file at; after the block it replaces `path`, which never holds a partial file.

    If `former` is given, the old file is moved there. Content and folder entry are flushed to the disk. If the block or
    the replacement fails, the error is raised, and the old file is still at `path`, or already at `former`. The file
    being written has a hidden name, which readers of records skip. A device, such as /dev/stdout, is written to
    directly; a symbolic link stays one.
    """
    path = path.resolve() if path.is_symlink() else path
    if path.exists() and not path.is_file() and not path.is_dir():
        yield path
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with _removed_by_a_kill(part):
            yield part
            with part.open("rb") as file:
                os.fsync(file.fileno())
            if former and path.exists():
                os.replace(path, former)
            os.replace(part, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno and not error.filename:
            error.filename = str(path)  # the error for a full disk names no file
        raise
    sync_folder(path.parent)


@contextlib.contextmanager
def _removed_by_a_kill(part: Path) -> Iterator[None]:
    """Inside the block, a signal that has no handler and so ends the process, such as SIGTERM, removes `part` first."""

    def remove(number: int, _: object) -> None:
        part.unlink(missing_ok=True)
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    known = [name for name in STOP_SIGNALS if hasattr(signal, name)]
    before = set_handlers([name for name in known if signal.getsignal(getattr(signal, name)) == signal.SIG_DFL], remove)
    try:
        yield
    finally:
        restore_handlers(before)


def append(path: Path, content: bytes, length: int) -> None:
    """Write `content` after the first `length` bytes of `path`; if the disk is full, restore that length and raise."""
    with path.open("r+b", buffering=0) as file:
        file.seek(length)
        try:
            view = memoryview(content)
            while view:
                view = view[file.write(view) or 0 :]
        except OSError:
            file.truncate(length)
            raise


@contextlib.contextmanager
def writing(folder: Path, option: str = "") -> Iterator[None]:
    """Make `folder`; an OSError there or in the block becomes a UserError, about the `option` that names it if any."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        rule = f"must be a folder that can be written to: {reason(error)}"
        raise (UserError(option, folder, rule) if option else UserError(f"{folder}: {rule}")) from None


def check_writable(option: str, folder: Path, place: Path | None = None) -> None:
    """Raise UserError if the `folder` that `option` names cannot be written to: before a run, not after hours.

    `place` is the folder below it that will be written to, if the files do not go into `folder` itself.
    """
    with writing(folder, option):
        place = place or folder
        place.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=place).close()


def file_digest(path: Path, algorithm: str = "sha256") -> str:
    """The hash of the file's bytes in hexadecimal digits; it protects against damage, not against an attack."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()


def short_digest(content: bytes) -> str:
    """The first 16 hexadecimal digits of the sha256 of `content`; records and files name contents by it."""
    return hashlib.sha256(content).hexdigest()[:16]


def remembered_digest(path: Path) -> str:
    """`file_digest`, remembered by this process until the size or the modification time of the file changes."""
    stat = path.stat()
    return _digest_once(path, stat.st_size, stat.st_mtime_ns)


@functools.cache
def _digest_once(path: Path, size: int, changed: int) -> str:
    return file_digest(path)


def sync_folder(folder: Path) -> None:
    """Flush the directory entries of `folder` to the disk; an error is ignored, as some systems cannot do this."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def printed(text: str) -> str:
    """`text` ready to print: bytes of a path that are not UTF-8 are escaped, as in \\udce9."""
    return text.encode(errors="backslashreplace").decode()


def relative(path: Path, folder: Path) -> str:
    """`path` relative to `folder`, with slashes, ready to print on a page in that folder."""
    return printed(Path(os.path.relpath(path, folder)).as_posix())


def link(path: Path, folder: Path) -> str:
    """`path` as a link target on a page in `folder`: signs with a meaning in URLs, such as # and %, are escaped."""
    return quote(os.fsencode(Path(os.path.relpath(path, folder)).as_posix()))
