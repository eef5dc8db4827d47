"""What an interrupted run goes on from. Draws need no saving: every epoch has generators of its own."""

import os
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from sl.errors import UserError


class Checkpoint:
    """The latest state of one run in one file, replaced as a whole."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def save(self, state: dict[str, Any]) -> None:
        """Write `state` (tensors, numbers, lists); a stop in between leaves the former state in place."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        torch.save(state, part)
        os.replace(part, self.path)

    def load(self) -> dict[str, Any] | None:
        """The saved state, on the CPU; None where there is none, UserError where it cannot be read."""
        if not self.path.exists():
            return None
        try:
            return torch.load(self.path, map_location="cpu", weights_only=True)
        except (RuntimeError, EOFError, UnpicklingError) as error:
            raise UserError(f"{self.path}: damaged checkpoint; remove it to train the run from its start") from error

    def remove(self) -> None:
        """Forget the state: the run is complete."""
        self.path.unlink(missing_ok=True)
