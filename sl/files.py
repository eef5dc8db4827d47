"""Writing files so that neither a stop nor a full disk leaves a part of one."""

import contextlib
import os
from pathlib import Path


def replace_file(path: Path, content: bytes | str, former: Path | None = None) -> None:
    """Make `content` (text as UTF-8) the whole content of `path`: afterwards the file is the old or the new one.

    The old file becomes `former` where that is given. Content and folder entry are flushed to the disk. Raises OSError
    where that fails; the old file is then untouched. What is being written has a hidden name, which readers of records
    pass over.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        if former and path.exists():
            os.replace(path, former)
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def append(path: Path, content: bytes, length: int) -> None:
    """Append `content` to the `length` bytes of `path`; OSError where the disk is full, and the file is as before."""
    with path.open("r+b", buffering=0) as file:
        file.seek(length)
        try:
            view = memoryview(content)
            while view:
                view = view[file.write(view) or 0 :]
        except OSError:
            file.truncate(length)
            raise


def sync_folder(folder: Path) -> None:
    """Flush the names of the files in `folder` to the disk, where the system can do that."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def lock_beside(path: Path) -> Path:
    """The file whose lock a process holds while it, and no other, writes `path`."""
    return path.with_name(f".{path.stem}.lock")
