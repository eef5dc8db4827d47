"""Data sets as whole uint8 tensors, labels clean or as given. Importing this needs neither torch nor torchvision."""

from sl.data.cifar import Cifar10, Cifar100
from sl.data.clothing1m import Clothing1M
from sl.data.dataset import Dataset
from sl.data.digits import Digits
from sl.data.folder import ImageFolder
from sl.data.mnist import Mnist

__all__ = ["Cifar10", "Cifar100", "Clothing1M", "Dataset", "Digits", "ImageFolder", "Mnist"]
