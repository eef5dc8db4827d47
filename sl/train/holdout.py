"""Holds out a share of the noisy training set, to evaluate runs on it if there are no clean labels."""

import warnings
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from sl.data import Dataset
from sl.errors import UserError
from sl.noise import NoisyLabels
from sl.options.held_out import parse_fold
from sl.options.run import RunConfig
from sl.train.seeds import generator


@dataclass(frozen=True)
class Validation:
    """Images (V, C, H, W) uint8 that are not trained on, and their labels (V,).

    Held-out labels are as noisy as the training labels. A data set's own validation labels, as in Clothing1M, were
    checked by people.
    """

    images: Tensor
    labels: Tensor


def rows_held_out(config: RunConfig, labels: Tensor) -> tuple[Tensor, Tensor] | None:
    """Sorted rows of the noisy `labels` (N,) to train on and to validate on; None if `config` holds nothing out.

    `holdout` is a share, `fold` names one of several equal parts; no run has both.
    """
    if config.fold is not None:
        return fold_rows(labels, *parse_fold(config.fold), config.seed)
    return None if config.holdout is None else split(labels, config.holdout, config.seed)


def hold_out(
    dataset: Dataset, noisy: NoisyLabels, train: Tensor, held: Tensor
) -> tuple[Dataset, NoisyLabels, Validation]:
    """The data set and the labels of the rows `train`, and the rows `held` for validation."""
    rest = replace(
        dataset,
        train_images=dataset.take(dataset.train_images, train),
        train_labels=dataset.train_labels[train],
        train_index=dataset.train_index[train],
    )
    left = replace(noisy, labels=noisy.labels[train], clean=noisy.clean[train])
    return rest, left, Validation(dataset.take(dataset.train_images, held), noisy.labels[held])


def split(labels: Tensor, share: float, seed: int) -> tuple[Tensor, Tensor]:
    """Sorted rows of `labels` (N,) to train on, and those held out: a `share` of every class, N * share rounded up.

    The rows depend on `seed`, their number does not. Raises UserError if a class would be missing on either side.
    """
    from sklearn.model_selection import train_test_split  # takes a second to import, and few runs need it

    try:
        train, held = train_test_split(
            range(len(labels)), test_size=share, stratify=labels.numpy(), random_state=random_state(seed)
        )
    except ValueError:
        counts = torch.unique(labels, return_counts=True)[1]
        least, most = len(counts), len(labels) - len(counts)
        rule = f"must leave images of every class on both sides: {least} to {most} of these {len(labels)} images"
        rare = "" if counts.min() > 1 else ", and every class must have two"
        raise UserError("holdout", share, rule + rare) from None
    return torch.tensor(sorted(train)), torch.tensor(sorted(held))


def fold_rows(labels: Tensor, fold: int, folds: int, seed: int) -> tuple[Tensor, Tensor]:
    """Sorted rows of `labels` (N,) to train on, and the held-out rows: those of part number `fold` (from 1) of `folds`.

    The parts are disjoint and cover all rows. Their numbers of images of a class differ by at most one; a class with
    fewer images than folds is missing in some. Raises UserError if no class has as many images as folds.
    """
    from sklearn.model_selection import StratifiedKFold

    splitter = StratifiedKFold(folds, shuffle=True, random_state=random_state(seed))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        try:
            train, held = list(splitter.split(labels.numpy(), labels.numpy()))[fold - 1]
        except ValueError:
            raise UserError(
                "fold", f"{fold}/{folds}", "must have no more folds than the largest class has images"
            ) from None
    return torch.from_numpy(train), torch.from_numpy(held)


def random_state(seed: int) -> int:
    """The seed for scikit-learn's splits, derived from the run's `seed`."""
    return int(torch.randint(2**31, (), generator=generator(seed, "holdout")))
