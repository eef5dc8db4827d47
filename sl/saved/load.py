"""Loads a saved network: its module, and the transform from a picture to the module's input."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from sl.array_like import describe
from sl.config.build import build
from sl.data.decode import framed
from sl.errors import UserError, reason
from sl.models.batches import images_at_once, in_batches
from sl.recipes.batchnorm import configure_batchnorm
from sl.recipes.normalise import Normalisation
from sl.saved.files import read_files

if TYPE_CHECKING:
    from PIL.Image import Image

BATCH = 500  # images of 32 px


@dataclass(frozen=True, eq=False)
class SavedModel:
    """A trained network in evaluation mode: `module(transform(picture)[None])` are the logits (1, K) of a picture.

    `about` is the content of the JSON.
    """

    module: nn.Module
    classes: tuple[str, ...]
    normalisation: Normalisation
    about: dict[str, Any]

    def transform(self, picture: "Image") -> Tensor:
        """The network's input (C, H, W) float32 of a PIL `picture` of any size and mode, on the network's device.

        It is resized without keeping its aspect (bilinear, antialiased), cut and normalised as in training. UserError
        for anything that is no PIL image.
        """
        from PIL.Image import Image

        if not isinstance(picture, Image):
            rule = "must be a PIL image; PIL.Image.open makes one of a file, PIL.Image.fromarray of an array"
            raise UserError("picture", type(picture).__name__, rule)
        images = to_bytes(picture, tuple(self.about["image_shape"]), self.about["margin"])[None]
        return self.normalisation(images.to(next(self.module.parameters()).device))[0]

    @torch.inference_mode()
    def probabilities(self, images: Tensor) -> Tensor:
        """Softmax (N, K) float64 of uint8 `images` (N, C, H, W) of the network's size, computed in float32.

        UserError for images of another type or shape, or none.
        """
        shape = tuple(self.about["image_shape"])
        if images.dtype != torch.uint8 or tuple(images.shape[1:]) != shape or not len(images):
            rule = f"must be torch.uint8 of shape (N, {', '.join(map(str, shape))}), N > 0"
            raise UserError("images", describe(images), rule)
        device = next(self.module.parameters()).device
        size = images_at_once(BATCH, *images.shape[2:])
        with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):  # a GPU's convolutions would round to TF32
            logits = in_batches(lambda batch: self.module(self.normalisation(batch.to(device))), images, size)
        return logits.double().softmax(1)


def load_model(path: str | Path, device: torch.device | str = "cpu", allow_targets: Sequence[str] = ()) -> SavedModel:
    """The network that a run with `save=true` kept at `path` (its .json or its .safetensors), on `device`.

    `allow_targets` names packages of your own that the network's class may come from, as the option of that name does.
    Raises UserError where a file is missing, damaged, or does not match its sha256, and where a tensor holds nan.
    """
    about, tensors = read_files(path)
    for name, value in tensors.items():
        if value.isnan().any():
            raise UserError(f"{path}: its tensors must be numbers; {name} holds nan")
    shape = tuple(about["image_shape"])
    sizes = {"num_classes": len(about["classes"]), "image_shape": shape}
    module = build(about["network"], "model", allow_targets, **sizes)
    weights = {name.removeprefix("model."): value for name, value in tensors.items() if name.startswith("model.")}
    try:
        set_batchnorm(module, about["batchnorm"])
        module.load_state_dict(weights)
    except (RuntimeError, AttributeError) as error:
        target = about["network"]["_target_"]
        raise UserError(f"{path}: its weights must be those of {target}: {reason(error)}") from None
    normalisation = Normalisation(*(tensors.get(f"normalisation.{part}") for part in ("mean_image", "mean", "std")))
    normalisation = normalisation.to(torch.device(device))
    module = module.to(device).to(memory_format=torch.channels_last).eval()
    return SavedModel(module, tuple(about["classes"]), normalisation, about)


def set_batchnorm(module: nn.Module, given: dict[str, Any] | None) -> None:
    """Set the constants of `BatchNorm` in the layers that it names; AttributeError for a layer that is not there."""
    if given is not None:
        parts = [module] if given["layers"] is None else [module.get_submodule(name) for name in given["layers"]]
        for part in parts:
            configure_batchnorm(part, given["eps"], given["momentum"], zero_debias=False)


def to_bytes(picture: "Image", shape: tuple[int, ...], margin: int) -> Tensor:
    """`picture` as (C, H, W) uint8 of that `shape`: grey for one channel, else RGB; read as for training."""
    from torchvision.transforms.functional import pil_to_tensor

    channels, height, width = shape
    return pil_to_tensor(framed(picture, "L" if channels == 1 else "RGB", (width, height), margin))
