"""Downloads files: mirrors first, checked by their hash; a part of a file never has the final name."""

import errno
import os
from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from sl.data.disk import reading
from sl.errors import UserError, reason
from sl.files import file_digest, writing
from sl.locks import locked
from sl.say import warn

MIRRORS_VARIABLE = "SL_MIRRORS"
TIMEOUT_SECONDS = 30.0  # to connect, and between two pieces of an answer
CHUNK_BYTES = 1 << 20
FULL_DISK = (errno.ENOSPC, errno.EDQUOT)  # no other address would help


def fetch(urls: Sequence[str], target: Path, digest: str) -> Path:
    """`target`, downloaded from the first address whose bytes have the `digest` unless it is there already.

    `urls` are tried in order, the origin last; before them ``<base>/<name of target>`` for each base address in
    the environment variable SL_MIRRORS (separated by blanks). `digest` is ``md5:<hex>`` or ``sha256:<hex>``. A line on
    stderr says what is downloaded, how large it is, from where and to which folder, which is made if it is missing.
    Several processes may ask for the same file: one downloads, the others wait and use it.
    Raises UserError in one line if no address serves the file, if a file with another digest is in its place, or if the
    disk is full.
    """
    with writing(target.parent):
        if not target.exists():
            with locked(target):
                if not target.exists():  # another process may have fetched it while this one waited
                    bases = os.environ.get(MIRRORS_VARIABLE, "").split()
                    mirrors = [f"{base.rstrip('/')}/{target.name}" for base in bases]
                    _download_first([*mirrors, *urls], target, digest)
    verify(target, digest, f"delete it and run again, or get it from {urls[-1]}")
    return target


def verify(path: Path, digest: str, remedy: str) -> None:
    """Raise UserError with the found hash, the expected one and the `remedy` if `path` has another `digest`."""
    algorithm, expected = digest.split(":")
    with reading(path):
        found = file_digest(path, algorithm)
    if found != expected:
        raise UserError(f"{path} is damaged: its {algorithm} is {found}, expected {expected}; {remedy}")


def _download_first(urls: Sequence[str], target: Path, digest: str) -> None:
    part = target.with_name(f".{target.name}.part")  # a fixed name: what a killed process left is written over
    failures = []
    try:
        for url in urls:
            try:
                _stream(url, part, target)
                verify(part, digest, "")
            except UserError:
                failures.append(f"{url} (damaged)")
            except (OSError, HTTPException, ValueError) as error:
                if isinstance(error, OSError) and error.errno in FULL_DISK:
                    raise
                failures.append(f"{url} ({reason(error)})")
                if isinstance(error, HTTPError):
                    error.close()  # it holds the connection
            else:
                os.replace(part, target)
                return
    finally:
        part.unlink(missing_ok=True)
    raise UserError(
        f"{target.name}: no address serves it with {digest.replace(':', ' ')}: {', '.join(failures)}; "
        f"get it from {urls[-1]} and put it at {target}, or name a mirror in {MIRRORS_VARIABLE}"
    )


def _stream(url: str, part: Path, target: Path) -> None:
    """Write what `url` serves to `part`; first name the folder to the user: a mistyped data_dir is a new folder."""
    from rich.console import Console
    from rich.filesize import decimal
    from rich.progress import DownloadColumn, Progress, TransferSpeedColumn

    request = Request(url, headers={"User-Agent": "sl"})
    columns = (*Progress.get_default_columns(), DownloadColumn(), TransferSpeedColumn())
    with urlopen(request, timeout=TIMEOUT_SECONDS) as answer, part.open("wb") as file:
        length = answer.headers.get("Content-Length")
        size = f" ({decimal(int(length))})" if length else ""
        warn(f"downloading {target.name}{size} from {url} to {target.parent.absolute()}")
        with Progress(*columns, console=Console(stderr=True)) as progress:
            task = progress.add_task(target.name, total=int(length) if length else None)
            while chunk := answer.read(CHUNK_BYTES):
                file.write(chunk)
                progress.advance(task, len(chunk))
