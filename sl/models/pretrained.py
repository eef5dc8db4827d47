"""The weights that a torchvision network starts from: torchvision's own by name, or a file on disk.

Nothing but torchvision's names (`DEFAULT`, `IMAGENET1K_V1`, ...) is downloaded, and that only once.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sl.errors import UserError, reason
from sl.files import expanded, remembered_digest

if TYPE_CHECKING:
    from torch import Tensor
    from torchvision.models import WeightsEnum

SUFFIXES = (".pt", ".pth", ".safetensors")


@dataclass(frozen=True)
class Weights:
    """Weights of torchvision's `network`: `entry` is torchvision's description of them, `file` a file on disk or None.

    A file that is not called like one of torchvision's is assumed to need the image size and normalisation of the
    network's DEFAULT weights.
    """

    network: str
    entry: WeightsEnum
    file: Path | None = None

    @property
    def name(self) -> str:
        """Their name in a run's identity: torchvision's name, or 16 digits of the file's sha256."""
        return str(self.entry) if self.file is None else remembered_digest(self.file)[:16]

    @property
    def side(self) -> int:
        """Height and width in pixels of the images that they were trained on."""
        return int(self.entry.transforms().crop_size[0])

    @property
    def mean_and_std(self) -> tuple[list[float], list[float]]:
        """Mean and deviation (3,) of the channels of the images in [0, 1] that they were trained on."""
        transform = self.entry.transforms()
        return list(transform.mean), list(transform.std)

    def tensors(self) -> dict[str, Tensor]:
        """The tensors by name; UserError for a file without any, or where torchvision's cannot be downloaded."""
        if self.file is not None:
            return _read(self.file)
        from torchvision.models import get_model

        try:
            return get_model(self.network, weights=self.entry, progress=False).state_dict()
        except OSError as error:
            file = f"{self.entry.url} can be downloaded elsewhere and given as model.weights=PATH"
            raise UserError("model.weights", self.entry.name, f"cannot be downloaded ({error}); {file}") from None


def find_weights(network: str, weights: str) -> Weights:
    """`weights` of torchvision's `network`; UserError for an unknown network or name, or a missing file."""
    from torchvision.models import get_model_weights

    if not isinstance(network, str):
        raise unknown_network(network)
    try:
        known = {entry.name: entry for entry in get_model_weights(network)}
    except ValueError:
        raise unknown_network(network) from None
    default = get_model_weights(network).DEFAULT
    if weights == "DEFAULT" or weights in known:
        return Weights(network, default if weights == "DEFAULT" else known[weights])
    file = expanded("model.weights", weights)
    if not os.path.isfile(file) or file.suffix not in SUFFIXES:
        names = ", ".join(["null", "DEFAULT", *known])
        raise UserError("model.weights", weights, f"must be {names} or an existing file ({' '.join(SUFFIXES)})")
    by_name = (one for one in known.values() if Path(one.url).name == file.name)
    return Weights(network, next(by_name, default), file)


def unknown_network(name: object) -> UserError:
    """The error for a network that torchvision does not have, or that cannot be used here."""
    shown = "null" if name is None else name  # as a configuration has it
    return UserError("model.name", shown, "must be a classifier of torchvision.models that ends in one dense layer")


def _read(file: Path) -> dict[str, Tensor]:
    import torch
    from safetensors.torch import load_file

    try:
        held: Any = load_file(file) if file.suffix == ".safetensors" else torch.load(file, "cpu", weights_only=True)
    except OSError as error:
        raise UserError("model.weights", file, f"cannot be read: {reason(error)}") from None
    except Exception:  # of a damaged file torch.load raises almost any
        held = None
    if isinstance(held, dict) and held and all(isinstance(value, torch.Tensor) for value in held.values()):
        return dict(held)
    raise UserError("model.weights", file, "must hold the tensors of a network by name (a state_dict)")
