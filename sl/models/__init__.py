"""Networks, built from the number of classes and the image shape: the paper's, those of others, torchvision's."""

from sl.models.classifier import Classifier
from sl.models.cnn import Cnn4, Cnn8, Cnn8Pooled
from sl.models.resnet import ResNet18, ResNet34
from sl.models.resnet44 import ResNet44
from sl.models.torchvision_network import TorchVision

__all__ = ["Classifier", "Cnn4", "Cnn8", "Cnn8Pooled", "ResNet18", "ResNet34", "ResNet44", "TorchVision"]
