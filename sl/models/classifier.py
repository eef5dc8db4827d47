"""What every network offers: the representation of an image, and the logits that a linear head makes of it."""

from typing import Any

from torch import Tensor, nn

Normalised = tuple[nn.Conv2d | nn.Linear, nn.BatchNorm1d | nn.BatchNorm2d]


class Classifier(nn.Module):
    """A network in two parts: `features`, then the linear layer `head`.

    A network with a hidden dense layer before the head calls it `fc1`: weight decay can be put on it alone.
    """

    head: nn.Linear

    @property
    def fresh(self) -> nn.Module:
        """The part whose weights and batch normalisation a run sets up; what else there is comes with its own."""
        return self

    def normalised(self) -> list[Normalised]:
        """Layers whose output goes to the batch normalisation beside them and nowhere else.

        In training that subtracts the batch's mean, and a bias of the layer with it. A network that names none is
        trained in the same way, on a GPU a little slower.
        """
        return []

    def described(self, node: dict[str, Any]) -> dict[str, Any]:
        """The configuration `node` of this network as one that saved weights can be put into."""
        return node

    def features(self, images: Tensor) -> Tensor:
        """Representation (N, D) of `images` (N, C, H, W): the input of the head, which the paper's t-SNE shows."""
        raise NotImplementedError

    def forward(self, images: Tensor) -> Tensor:
        """Logits (N, K) of `images` (N, C, H, W)."""
        return self.head(self.features(images))


def fresh_part(model: nn.Module) -> nn.Module:
    """`Classifier.fresh`; all of a network from another package, which need not have it."""
    found: nn.Module = getattr(model, "fresh", model)
    return found


def normalised_biases(model: nn.Module) -> list[tuple[Tensor, nn.BatchNorm1d | nn.BatchNorm2d]]:
    """Biases of the layers in `Classifier.normalised`, each with its normalisation; none of networks from elsewhere."""
    named = model.normalised() if isinstance(model, Classifier) else []
    return [(layer.bias, norm) for layer, norm in named if layer.bias is not None]
