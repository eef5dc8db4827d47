"""The paper's plain convolutional networks for MNIST (4 layers) and CIFAR-10 (8 layers).

They follow the authors' published Keras code: 3x3 convolutions with "same" padding and biases, batch normalisation
before every ReLU, 2x2 max pooling after each block, one hidden dense layer, no dropout.

`width` is the share of its channels or units that each of these layers keeps.
"""

import math
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional

from sl.errors import UserError
from sl.fused import NormPoolRelu
from sl.models.classifier import Classifier, Normalised, narrowed


class Cnn(Classifier):
    """Blocks of (convolution, BN, ReLU) that each end in 2x2 max pooling, then dense `fc1`, BN, ReLU and the head.

    `blocks` holds the channels of every block's convolutions, `hidden` the units of `fc1`, which is the representation;
    the network has the share `width` of each.
    With `average`, the input of `fc1` is each channel's mean over the image in place of all its values.
    Raises UserError for images too small for the poolings.
    """

    def __init__(
        self,
        blocks: tuple[tuple[int, ...], ...],
        hidden: int,
        num_classes: int,
        image_shape: tuple[int, int, int],
        width: float,
        average: bool = False,
    ) -> None:
        super().__init__()
        blocks = tuple(narrowed(block, width) for block in blocks)
        (hidden,) = narrowed([hidden], width)
        self.average = average
        channels, *sides = image_shape
        shrink = 2 ** len(blocks)
        if min(sides) < shrink:
            size = f"{sides[0]}x{sides[1]}"
            raise UserError(
                f"dataset: images of {size} px are too small for {type(self).__name__}, which needs "
                f"{shrink}x{shrink}; dataset.image_size sets the size of your own pictures"
            )
        layers: list[nn.Module] = []
        for block in blocks:
            for inputs, outputs in pairwise((channels, *block)):
                layers += [nn.Conv2d(inputs, outputs, 3, padding=1), NormPoolRelu(outputs)]
            layers[-1] = NormPoolRelu(block[-1], pool=True)
            channels = block[-1]
        self.body = nn.Sequential(*layers)
        places = 1 if average else math.prod(side // shrink for side in sides)
        self.fc1 = nn.Linear(channels * places, hidden)
        self.fc1_norm = nn.BatchNorm1d(hidden)
        self.head = nn.Linear(hidden, num_classes)

    def normalised(self) -> list[Normalised]:
        """Every convolution, and `fc1`."""
        convolutions = (layer for layer in self.body if isinstance(layer, nn.Conv2d))
        norms = (layer for layer in self.body if isinstance(layer, NormPoolRelu))
        return [*zip(convolutions, norms, strict=True), (self.fc1, self.fc1_norm)]

    def features(self, images: Tensor) -> Tensor:
        """Output (N, hidden) of `fc1` after its batch normalisation and ReLU."""
        body = self.body(images)
        pooled = body.mean((2, 3)) if self.average else body.flatten(1)
        return functional.relu(self.fc1_norm(self.fc1(pooled)))


class Cnn4(Cnn):
    """The paper's MNIST network: two convolutions (32, 64) and two dense layers (128, K); 422,090 parameters."""

    def __init__(self, num_classes: int, image_shape: tuple[int, int, int], width: float = 1.0) -> None:
        super().__init__(((32,), (64,)), 128, num_classes, image_shape, width)


class Cnn8(Cnn):
    """The paper's CIFAR-10 network: six convolutions (64, 64, 128, 128, 196, 196) and two dense layers (256, K).

    1,639,794 parameters on CIFAR-10. 196 is the published code's width, not a slip of this project.
    """

    def __init__(self, num_classes: int, image_shape: tuple[int, int, int], width: float = 1.0) -> None:
        super().__init__(((64, 64), (128, 128), (196, 196)), 256, num_classes, image_shape, width)


class Cnn8Pooled(Cnn):
    """Cnn8 with global average pooling before `fc1`: 887,154 parameters on CIFAR-10.

    The network of the first public logs of the PyTorch re-implementation (SCELoss-Reproduce, October 2019), which state
    0.887 million parameters.
    """

    def __init__(self, num_classes: int, image_shape: tuple[int, int, int], width: float = 1.0) -> None:
        super().__init__(((64, 64), (128, 128), (196, 196)), 256, num_classes, image_shape, width, average=True)
