"""The plan of a run: its epochs and steps, and the epochs of its stages, at which it is probed."""

from dataclasses import dataclass

from sl.errors import UserError
from sl.options.recipe import RecipeConfig
from sl.options.run import ScaleConfig
from sl.paper import PAPER_EPOCHS, STAGE_EPOCHS
from sl.record.schema import Stage


@dataclass(frozen=True)
class Plan:
    """Epochs and optimiser steps of a run, and of the same run at the recipe's full scale."""

    epochs: int
    batch_size: int
    steps_per_epoch: int
    paper_epochs: int
    paper_steps_per_epoch: int
    stages: dict[Stage, int]

    @property
    def steps(self) -> int:
        """Optimiser steps of the whole run."""
        return self.epochs * self.steps_per_epoch

    @property
    def paper_steps(self) -> int:
        """Optimiser steps of the run at full scale."""
        return self.paper_epochs * self.paper_steps_per_epoch


def stages(epochs: int) -> dict[Stage, int]:
    """The early, middle and late epoch of a run of `epochs`: 10, 50 and 100 of 120, scaled to its length.

    >>> stages(120), stages(40)
    ({'early': 10, 'middle': 50, 'late': 100}, {'early': 3, 'middle': 17, 'late': 33})
    """
    return {name: max(1, round(epoch * epochs / PAPER_EPOCHS["cifar10"])) for name, epoch in STAGE_EPOCHS.items()}


def batch_sizes(images: int, batch: int) -> list[int]:
    """The batch sizes of an epoch. The last one may be smaller, but a single image is added to the batch before it:
    batch normalisation needs two.

    >>> batch_sizes(7, 3), batch_sizes(8, 3), batch_sizes(2, 3)
    ([3, 4], [3, 3, 2], [2])
    """
    sizes = [batch] * (images // batch) + [images % batch] * (images % batch > 0)
    if len(sizes) > 1 and sizes[-1] == 1:
        sizes[-2:] = [batch + 1]
    return sizes


def make_plan(recipe: RecipeConfig, scale: ScaleConfig, images: int, paper_images: int) -> Plan:
    """The plan of a run on `images` of the `paper_images` training images; partial batches are kept.

    Raises UserError if there are fewer than two training images, or batches would have one image.
    """
    if images < 2:
        raise UserError(f"the training set has {images} image here: a run needs two or more to train on")
    epochs = max(1, round(recipe.epochs * scale.epoch_share))
    batch = max(1, round(recipe.batch_size * scale.batch_share))
    if batch == 1:
        raise UserError("recipe.batch_size", recipe.batch_size, "batches must have two or more images at this scale")
    return Plan(
        epochs=epochs,
        batch_size=batch,
        steps_per_epoch=len(batch_sizes(images, batch)),
        paper_epochs=recipe.epochs,
        paper_steps_per_epoch=len(batch_sizes(paper_images, recipe.batch_size)),
        stages=stages(epochs),
    )
