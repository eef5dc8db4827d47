"""What every network offers: the representation of an image, and the logits that a linear head makes of it."""

from torch import Tensor, nn


class Classifier(nn.Module):
    """A network in two parts: `features`, then the linear layer `head`.

    A network with a hidden dense layer before the head calls it `fc1`: weight decay can be put on it alone.
    """

    head: nn.Linear

    def features(self, images: Tensor) -> Tensor:
        """Representation (N, D) of `images` (N, C, H, W): the input of the head, which the paper's t-SNE shows."""
        raise NotImplementedError

    def forward(self, images: Tensor) -> Tensor:
        """Logits (N, K) of `images` (N, C, H, W)."""
        return self.head(self.features(images))
