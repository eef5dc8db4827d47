"""The paper's CIFAR-100 network: a ResNet-44 of pre-activation blocks, as in the authors' published Keras code."""

from torch import Tensor, nn
from torch.nn import functional

from sl.fused import NormPoolRelu
from sl.models.classifier import Classifier, Normalised, narrowed

FILTERS = (16, 32, 64)  # of the three stages
BLOCKS_PER_STAGE = 7  # 1 + 3 * 7 * 2 + 1 = 44 layers


class PreactivationBlock(nn.Module):
    """[BN, ReLU,] 3x3 convolution, BN, ReLU, 3x3 convolution, added to the shortcut.

    The shortcut takes the block's raw input: as it is, or through a 1x1 convolution without BN where the width
    changes. With `activate=False` the block's leading BN and ReLU are left out.

    With stride 2, the shortcut takes every second pixel before its 1x1 convolution. With its own stride and few
    channels, this convolution would be one for which `sl.train.kernels.channels_last_fails`, and the network could not
    use the fastest order of memory.
    """

    def __init__(self, inputs: int, outputs: int, stride: int, activate: bool = True) -> None:
        super().__init__()
        self.stride = stride
        self.activation = NormPoolRelu(inputs) if activate else nn.Identity()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1 if stride == 1 else 0)
        self.norm = NormPoolRelu(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, ceil(H / stride), ceil(W / stride))."""
        residual = self.activation(x)
        if self.stride == 2:
            residual = pad_same(residual)
        residual = self.conv2(self.norm(self.conv1(residual)))
        if self.stride == 2:
            x = functional.avg_pool2d(x, 1, stride=2)  # its gradient is channels-last as x is; that of a slice is not
        return self.shortcut(x) + residual


def pad_same(x: Tensor) -> Tensor:
    """Zeros around (N, C, H, W) for a 3x3 convolution of stride 2, where Keras' "same" puts them.

    An even side gets one line at its end and none at its start, so the windows lie one pixel further than with
    PyTorch's symmetric padding.
    """
    height, width = x.shape[-2:]
    return functional.pad(x, (width % 2, 1, height % 2, 1))


class ResNet44(Classifier):
    """Stem of 16 filters, three stages of 7 blocks (16, 32, 64; halved in size at the 2nd and 3rd), BN, ReLU, mean.

    The first block follows the stem's ReLU and so skips its own BN and ReLU. All convolutions have biases. The
    representation is the 64 filters' mean over the image (the published code's 8x8 pooling of a 32x32 image).
    `width` is the share of its filters that every layer keeps.
    """

    def __init__(self, num_classes: int, image_shape: tuple[int, int, int], width: float = 1.0) -> None:
        super().__init__()
        first, *_, last = stages = narrowed(FILTERS, width)
        stem, norm = nn.Conv2d(image_shape[0], first, 3, padding=1), NormPoolRelu(first)
        self.stem = nn.Sequential(stem, norm)
        blocks: list[PreactivationBlock] = []
        inputs = first
        for stage, outputs in enumerate(stages):
            for index in range(BLOCKS_PER_STAGE):
                stride = 2 if stage > 0 and index == 0 else 1
                blocks.append(PreactivationBlock(inputs, outputs, stride, activate=bool(blocks)))
                inputs = outputs
        self.blocks = nn.Sequential(*blocks)
        self.activation = NormPoolRelu(last)
        self.head = nn.Linear(last, num_classes)

    def normalised(self) -> list[Normalised]:
        """The stem, and the first convolution of every block; the second one's output is also added to a shortcut."""
        stem, norm = self.stem
        assert isinstance(stem, nn.Conv2d)
        assert isinstance(norm, NormPoolRelu)
        inside = (block for block in self.blocks if isinstance(block, PreactivationBlock))
        return [(stem, norm), *((block.conv1, block.norm) for block in inside)]

    def features(self, images: Tensor) -> Tensor:
        """Mean (N, 64 at full width) of the last feature maps."""
        return self.activation(self.blocks(self.stem(images))).mean((2, 3))
