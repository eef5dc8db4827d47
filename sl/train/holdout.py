"""Keeps back a share of the noisy training set: a run is judged by it where there are no clean labels to judge by."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from sl.data import Dataset
from sl.errors import UserError
from sl.noise import NoisyLabels
from sl.train.seeds import generator


@dataclass(frozen=True)
class Validation:
    """Images (V, C, H, W) uint8 that are not trained on, and their labels (V,), as noisy as all others."""

    images: Tensor
    labels: Tensor


def hold_out(dataset: Dataset, noisy: NoisyLabels, share: float, seed: int) -> tuple[Dataset, NoisyLabels, Validation]:
    """What is left to train on, and the held-out `share` of every class as the noisy labels have it.

    Which images these are depends on `seed` alone, how many in all not even on that. Raises UserError where a class
    would be missing on either side.
    """
    kept, held = split(noisy.labels, share, seed)
    rest = replace(
        dataset,
        train_images=dataset.train_images[kept],
        train_labels=dataset.train_labels[kept],
        train_index=dataset.train_index[kept],
    )
    left = replace(noisy, labels=noisy.labels[kept], clean=noisy.clean[kept])
    return rest, left, Validation(dataset.train_images[held], noisy.labels[held])


def split(labels: Tensor, share: float, seed: int) -> tuple[Tensor, Tensor]:
    """Sorted rows of `labels` (N,) to train on, and those of a class-balanced `share`, N * share rounded up."""
    from sklearn.model_selection import train_test_split  # takes a second to import, and few runs need it

    random_state = int(torch.randint(2**31, (), generator=generator(seed, "holdout")))
    try:
        kept, held = train_test_split(
            range(len(labels)), test_size=share, stratify=labels.numpy(), random_state=random_state
        )
    except ValueError as error:
        raise UserError(
            f"holdout={share}: allowed is a share with images of every class on both sides: {error}"
        ) from None
    return torch.tensor(sorted(kept)), torch.tensor(sorted(held))
