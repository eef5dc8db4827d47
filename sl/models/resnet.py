"""torchvision's ResNets with the stem that small images need: 3x3 convolution of stride 1 and no pooling.

Comparisons with SL often use ResNet-34 on CIFAR-100, where the paper itself uses ResNet-44.
"""

from torch import Tensor, nn

from sl.models.classifier import Classifier


class SmallImageResNet(Classifier):
    """torchvision's network called `name`, its stem replaced; the representation is the pooled last feature map."""

    def __init__(self, name: str, num_classes: int, image_shape: tuple[int, int, int]) -> None:
        super().__init__()
        from torchvision.models import get_model  # takes over a second to import; the paper's networks do without

        self.body = get_model(name)
        self.body.conv1 = nn.Conv2d(image_shape[0], self.body.conv1.out_channels, 3, padding=1, bias=False)
        self.body.maxpool = nn.Identity()
        self.head = nn.Linear(self.body.fc.in_features, num_classes)
        self.body.fc = nn.Identity()

    def features(self, images: Tensor) -> Tensor:
        """Mean (N, 512) of the last feature maps."""
        return self.body(images)


class ResNet18(SmallImageResNet):
    """ResNet-18 (He et al. 2016), basic blocks, CIFAR stem."""

    def __init__(self, num_classes: int, image_shape: tuple[int, int, int]) -> None:
        super().__init__("resnet18", num_classes, image_shape)


class ResNet34(SmallImageResNet):
    """ResNet-34 (He et al. 2016), basic blocks, CIFAR stem."""

    def __init__(self, num_classes: int, image_shape: tuple[int, int, int]) -> None:
        super().__init__("resnet34", num_classes, image_shape)
