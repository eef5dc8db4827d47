"""Any classifier of torchvision, such as ResNet-50, with random or pretrained weights."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from sl.checks import flag, integer
from sl.errors import UserError, reason
from sl.models.classifier import Classifier
from sl.models.pretrained import find_weights, unknown_network

SIDE_OUTPUTS = ("googlenet", "inception_v3")  # in training they give several logits
NAMED = 3  # tensors that a message names
COUNTER = "num_batches_tracked"  # of batch normalisation; old files lack it, and with a fixed momentum nothing reads it


class TorchVision(Classifier):
    """torchvision's network called `name`, its last dense layer replaced by a new `head`.

    `weights`: null, DEFAULT, another of torchvision's names, or a file (`sl.models.pretrained`). They determine the
    size and the normalisation of the images: `forward` takes values in [0, 1], resizes them (bilinear, antialiased) to
    `input_size` (null: what the weights were trained at, or without weights the images' own) and standardises the
    channels. Grey images are repeated as three channels. With `frozen`, the body keeps its weights and statistics and
    only the head is trained. Dropout and stochastic depth are off: a run's randomness comes from its seed alone.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        name: str,
        num_classes: int,
        image_shape: tuple[int, int, int],
        weights: str | None = None,
        frozen: bool = False,
        input_size: int | None = None,
    ) -> None:
        super().__init__()
        self.body, width = body_of(name)
        self.head = nn.Linear(width, num_classes)
        self.starts_from_weights = weights is not None
        self.frozen = flag("frozen", frozen)
        if self.frozen and weights is None:
            raise UserError("frozen", "true", "must be false without weights, which a frozen body keeps")
        self.input_size = None if input_size is None else integer("input_size", input_size, 1)
        mean, std = [0.0], [1.0]
        if weights is not None:
            found = find_weights(name, str(weights))
            load_body(self.body, found.tensors(), str(weights))
            self.input_size = self.input_size or found.side
            mean, std = found.mean_and_std
        for buffer, values in (("mean", mean), ("std", std)):
            self.register_buffer(buffer, torch.tensor(values).view(-1, 1, 1).expand(3, 1, 1).clone())
        self.body.requires_grad_(not self.frozen)
        self._try(name, image_shape)

    @property
    def initialised_part(self) -> nn.Module:
        """The part whose weights the run draws: with pretrained weights the head alone."""
        return self.head if self.starts_from_weights else self

    def train(self, mode: bool = True) -> "TorchVision":
        """A frozen body stays in evaluation mode, so that its statistics stay too."""
        super().train(mode)
        if self.frozen:
            self.body.eval()
        return self

    def features(self, images: Tensor) -> Tensor:
        """Representation (N, D) of `images` (N, 1 or 3, H, W) in [0, 1]."""
        if self.input_size is not None and images.shape[-2:] != (self.input_size, self.input_size):
            images = functional.interpolate(images, (self.input_size,) * 2, mode="bilinear", antialias=True)
        return self.body((images - self.mean) / self.std)

    def _try(self, name: str, image_shape: tuple[int, int, int]) -> None:
        """UserError where the network cannot work on images of this size: vit_b_16 takes 224 x 224 alone."""
        training = self.training
        try:
            with torch.no_grad():
                self.eval()(torch.zeros(1, *image_shape))
        except (RuntimeError, AssertionError) as error:
            shown = "null" if self.input_size is None else self.input_size
            size = "x".join(map(str, image_shape[1:]))
            rule = f"must be a height and width that {name} works on; images here are {size} ({reason(error)})"
            raise UserError("input_size", shown, rule) from None
        self.train(training)

    def described(self, node: dict[str, Any]) -> dict[str, Any]:
        """`node` without pretrained weights: saved weights are loaded into what it builds, without file or download."""
        return {**node, "weights": None, "frozen": False, "input_size": self.input_size}


def body_of(name: str) -> tuple[nn.Module, int]:
    """torchvision's network without its last dense layer, and that layer's width; UserError for another network."""
    from torchvision import models
    from torchvision.ops import StochasticDepth

    # Detectors and the like are refused by name: making one downloads weights.
    if name in SIDE_OUTPUTS or name not in models.list_models(module=models):
        raise unknown_network(name)
    body = models.get_model(name, weights=None)
    dense = [(path, layer) for path, layer in body.named_modules() if isinstance(layer, nn.Linear)]
    if not dense or dense[-1][1].out_features != 1000:
        raise unknown_network(name)
    path, last = dense[-1]
    body.set_submodule(path, nn.Identity())
    for layer in body.modules():
        if isinstance(layer, nn.Dropout | StochasticDepth):
            layer.p = 0.0
    return body, last.in_features


def load_body(body: nn.Module, tensors: dict[str, Tensor], weights: str) -> None:
    """Load the `tensors` that `body` has, not the old head's. UserError if one is missing or has another shape."""
    wanted = {name: value for name, value in body.state_dict().items() if not name.endswith(COUNTER)}
    unfit = [name for name, value in wanted.items() if name not in tensors or tensors[name].shape != value.shape]
    if unfit:
        named = ", ".join(unfit[:NAMED])
        raise UserError(
            "model.weights",
            weights,
            f"must fit the network; {len(unfit)} tensors are missing or have another shape: {named}",
        )
    body.load_state_dict({name: tensors[name] for name in wanted}, strict=False)
