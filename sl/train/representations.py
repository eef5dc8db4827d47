"""Saves representations of a run's test images beside its record."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sl.npz import write_npz
from sl.record.write import in_runs_dir
from sl.train.engine import Engine
from sl.train.prepared import PreparedRun


def save_representations(engine: Engine, prepared: PreparedRun, path: Path) -> None:
    """Save representations of `probe.representations` test images in an .npz file beside the record, for t-SNE.

    Saves nothing if that option is 0. Raises UserError if the file cannot be written.
    """
    if prepared.config.probe.representations == 0:
        return
    labels = engine.data.test_labels.cpu()
    chosen = spread_over_classes(labels, prepared.config.probe.representations)
    features = engine.represent(engine.data.test_images, chosen)
    kept = compact(features.cpu().numpy())
    archive = path.with_suffix(".npz")
    with in_runs_dir(archive):
        write_npz(archive, representation=kept, labels=labels[chosen].numpy(), index=chosen.numpy())


def compact(features: NDArray[np.float32]) -> NDArray[np.floating[Any]]:
    """`features` as float16, or unchanged if one of them would become infinite in float16."""
    with np.errstate(over="ignore"):
        halved = features.astype(np.float16)
    return halved if np.isfinite(halved).all() else features


def spread_over_classes(labels: Tensor, count: int) -> Tensor:
    """Rows of `count` of the `labels` (N,): the first of every class, then the second of every class, and so on.

    So the rows are spread over the classes for every `count` and every order of the labels.

    >>> spread_over_classes(torch.tensor([0, 0, 0, 1, 1, 2]), 4).tolist()
    [0, 3, 5, 1]
    """
    by_class, counts = labels.argsort(stable=True), labels.bincount()
    rank_in_class = torch.empty_like(labels)
    rank_in_class[by_class] = torch.arange(len(labels)) - (counts.cumsum(0) - counts)[labels[by_class]]
    return rank_in_class.sort(stable=True).indices[:count]
