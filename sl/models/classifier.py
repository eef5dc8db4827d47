"""What every network has: a representation of images, and a linear head that turns it into logits."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn

from sl.checks import number
from sl.errors import UserError

Normalised = tuple[nn.Conv2d | nn.Linear, nn.BatchNorm1d | nn.BatchNorm2d]


class Classifier(nn.Module):
    """A network in two parts: `features`, then the linear layer `head`.

    A network with a hidden dense layer before the head calls it `fc1`: weight decay can be put on it alone.
    """

    head: nn.Linear

    @property
    def initialised_part(self) -> nn.Module:
        """The part whose initial weights and batch normalisation the run sets; the rest keeps its loaded weights."""
        return self

    def normalised(self) -> list[Normalised]:
        """Layers whose output goes to a batch normalisation and nowhere else, each with that normalisation.

        In training the normalisation subtracts the batch's mean and so removes the layer's bias. A network that lists
        no layer is trained in the same way, a little slower on a GPU.
        """
        return []

    def described(self, node: dict[str, Any]) -> dict[str, Any]:
        """The network's configuration `node` without pretrained weights, to build it for saved weights."""
        return node

    def features(self, images: Tensor) -> Tensor:
        """Representation (N, D) of `images` (N, C, H, W): the input of the head, which the paper's t-SNE shows."""
        rule = "must have a method features(images), and its layers other names than features, such as self.body"
        raise UserError("model", rule=f"{type(self).__name__} {rule}")

    def forward(self, images: Tensor) -> Tensor:
        """Logits (N, K) of `images` (N, C, H, W)."""
        return self.head(self.features(images))


def narrowed(channels: Sequence[int], width: float) -> tuple[int, ...]:
    """The share `width`, in (0, 1], of each number of `channels`, at least 1: a cheaper network of the same depth.

    >>> narrowed((64, 128, 196), 0.25)
    (16, 32, 49)
    """
    number("width", width, 0, 1, low_open=True)
    return tuple(max(1, round(width * each)) for each in channels)


def initialised_part(model: nn.Module) -> nn.Module:
    """`Classifier.initialised_part`; the whole network where a class of another package does not have it."""
    found: nn.Module = getattr(model, "initialised_part", model)
    return found


def normalised_biases(model: nn.Module) -> list[tuple[Tensor, nn.BatchNorm1d | nn.BatchNorm2d]]:
    """Biases of the layers in `Classifier.normalised`, each with its normalisation; none if it is no `Classifier`."""
    named = model.normalised() if isinstance(model, Classifier) else []
    return [(layer.bias, norm) for layer, norm in named if layer.bias is not None]
