"""The saved state from which an interrupted run resumes. It holds no random state: each epoch has new generators."""

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from sl.errors import reason
from sl.files import replace_file, sync_folder
from sl.say import warn

MAGIC = b"sl checkpoint 2\n"
DIGEST = hashlib.sha256().digest_size


class Checkpoint:
    """The two latest states of one run, each in a file with its SHA-256; if the newest is damaged, the other serves."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.former = path.with_suffix(f".former{path.suffix}")
        self._warned = False

    def save(self, state: dict[str, Any]) -> bool:
        """Write `state` (tensors, numbers, lists, bytes); returns whether that worked.

        If it fails, as on a full disk, a warning is printed once and training continues.
        """
        buffer = io.BytesIO()
        torch.save(state, buffer)
        content = buffer.getvalue()
        try:
            replace_file(self.path, MAGIC + hashlib.sha256(content).digest() + content, self.former)
        except OSError as error:
            if not self._warned:
                warn(f"checkpoint {self.path} cannot be written ({reason(error)}); training continues without it")
            self._warned = True
            return False
        return True

    def states(self) -> Iterator[dict[str, Any]]:
        """Yield the states that can be read, the newest first, on the CPU; a damaged file is named on stderr."""
        for path in (self.path, self.former):
            if not path.exists():
                continue
            try:
                yield _load(path)
            except (OSError, ValueError, RuntimeError) as error:
                warn(f"{path}: damaged checkpoint, not used ({error})")

    def remove(self) -> None:
        """Delete the states, because the run is finished or starts over."""
        for path in (self.path, self.former):
            path.unlink(missing_ok=True)
        sync_folder(self.path.parent)

    def remove_of(self, record: bytes) -> None:
        """Delete states left over from this finished `record`, as by a kill between its last line and `remove`.

        States of the same run with a record in another folder stay.
        """
        if any(record.startswith(str(state.get("record")).encode()) for state in self.states()):
            self.remove()


def _load(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    digest, state = content[len(MAGIC) :][:DIGEST], content[len(MAGIC) + DIGEST :]
    if not content.startswith(MAGIC):
        raise ValueError("it was not written by this version")
    if hashlib.sha256(state).digest() != digest:
        raise ValueError("its SHA-256 does not match")
    return torch.load(io.BytesIO(state), map_location="cpu", weights_only=True)
