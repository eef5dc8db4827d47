"""The loop that the engine is measured against: PyTorch users, and public re-implementations, write it like this.

Pictures go one by one through torchvision's transforms in worker processes; the network computes in float32; the loss
and the number of right predictions are read back at every step.
"""

from functools import partial

import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset
from torchvision import transforms

from sl.options.recipe import RecipeConfig
from sl.recipes.normalise import fit_normalisation
from sl.recipes.optimizer import decayed_parameters
from sl.train.network import make_model
from sl.train.prepared import PreparedRun, make_loss


def torchvision_transform(recipe: RecipeConfig, train_images: Tensor) -> transforms.Compose:
    """Augmentation and normalisation of the authors' recipes as torchvision transforms, for one PIL image."""
    steps: list[object] = []
    if recipe.shift:
        bilinear = transforms.InterpolationMode.BILINEAR
        steps.append(transforms.RandomAffine(0, translate=(recipe.shift, recipe.shift), interpolation=bilinear))
    if recipe.flip:
        steps.append(transforms.RandomHorizontalFlip())
    steps.append(transforms.ToTensor())
    fitted = fit_normalisation(recipe.normalisation, train_images)
    if fitted.mean_image is not None:
        steps.append(partial(torch.sub, other=fitted.mean_image))
    return transforms.Compose(steps)


class PilImages(TorchDataset):
    """The run's training set as torchvision's own classes hand it out: a PIL image, transformed, and its label."""

    def __init__(self, prepared: PreparedRun) -> None:
        self.pixels = prepared.dataset.train_images.permute(0, 2, 3, 1).squeeze(-1).contiguous().numpy()
        self.labels = prepared.noisy.labels
        self.transform = torchvision_transform(prepared.config.recipe, prepared.dataset.train_images)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, position: int) -> tuple[Tensor, int]:
        """The transformed image (C, H, W) float32 and its label."""
        return self.transform(Image.fromarray(self.pixels[position])), int(self.labels[position])


class ReferenceLoop:
    """The usual training loop of a prepared run; the learning rate is the recipe's first one."""

    def __init__(self, prepared: PreparedRun, workers: int) -> None:
        self.device = prepared.runtime.device
        self.model = make_model(prepared.config, prepared.dataset).to(self.device)
        self.loss = make_loss(prepared.config.loss, prepared.dataset, prepared.noisy).to(self.device)
        self.optimizer = torch_sgd(self.model, prepared.config.recipe)
        self.order: list[int] = []  # of the images, set before each pass
        self.loader = DataLoader(
            PilImages(prepared),
            batch_size=prepared.plan.batch_size,
            sampler=self.order,
            num_workers=workers,
            persistent_workers=workers > 0,
            pin_memory=self.device.type == "cuda",
        )

    def train(self, order: Tensor) -> float:
        """Train once on the images `order` (n,), and return their mean loss."""
        self.order[:] = order.tolist()
        self.model.train()
        total, hits = 0.0, 0
        for on_host in self.loader:
            images, labels = (part.to(self.device) for part in on_host)
            self.optimizer.zero_grad()
            logits = self.model(images)
            loss = self.loss(logits, labels)
            loss.backward()
            self.optimizer.step()
            total += loss.item() * len(labels)
            hits += (logits.argmax(1) == labels).sum().item()
        return total / len(order)


def torch_sgd(model: nn.Module, recipe: RecipeConfig) -> torch.optim.SGD:
    """The recipe's optimiser in PyTorch's form; with a constant learning rate, Keras' form gives the same steps."""
    decayed = {id(parameter) for parameter in decayed_parameters(model, recipe.decay_on)}
    with_decay = [p for p in model.parameters() if id(p) in decayed]
    groups = [
        {"params": with_decay, "weight_decay": recipe.weight_decay},
        {"params": [p for p in model.parameters() if id(p) not in decayed], "weight_decay": 0.0},
    ]
    return torch.optim.SGD(groups, lr=recipe.lr, momentum=recipe.momentum, nesterov=recipe.nesterov)
