"""Predicts all audited images: each by the run that held it out, or all by one ordinary run."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from sl.audit.posterior import Array
from sl.audit.subject import Subject, subject_of
from sl.errors import UserError
from sl.npz import read_rows, write_npz
from sl.options.run import RunConfig
from sl.saved import load_model
from sl.say import noticed, say
from sl.train.holdout import rows_held_out
from sl.train.prepared import PreparedRun, prepare
from sl.train.run import train
from sl.train.save_model import path_of_model
from sl.workers import run_all, values


def parts(config: RunConfig, folds: int) -> list[RunConfig]:
    """The runs of an audit: one for each fold, or with `folds` 0 the one ordinary run."""
    if folds == 0:
        return [replace(config, save=True)]
    return [replace(config, save=True, fold=f"{fold}/{folds}") for fold in range(1, folds + 1)]


def predict_all(runs: Sequence[RunConfig], folder: Path, jobs: int) -> list[Path]:
    """Train those of `runs` that are missing, `jobs` at once; returns their files of predictions in `folder`."""
    return values(run_all(partial(predict_part, folder, frozenset(noticed)), runs, jobs))


def predict_part(folder: Path, said: frozenset[str], config: RunConfig) -> Path:
    """Train one run and write its predictions to `folder`, unless they exist; returns their file.

    With folds the run predicts its held-out images, without folds all images that it was trained on. Audited test
    images come with every part. The file <identity>.npz holds identity, fold, index (rows of the subject) and
    probabilities. Notices in `said` are not printed again: this may run in a process of its own.
    """
    noticed.update(said)
    prepared = prepare(config)
    path = folder / f"{prepared.identity}.npz"
    if path.exists():
        say(f"already predicted: {path}")
        return path
    if config.fold is not None:
        say(f"fold {config.fold}: run {prepared.identity[:4]}")
    train(config, wait=True)
    subject, rows = whole_subject(config)
    loaded = load_model(path_of_model(prepared), prepared.runtime.device, config.allow_targets)
    probabilities = torch.cat([loaded.probabilities(images) for images in images_of(prepared, subject)]).cpu().numpy()
    write_npz(path, identity=prepared.identity, fold=config.fold or "", index=rows.numpy(), probabilities=probabilities)
    return path


def images_of(prepared: PreparedRun, subject: Subject) -> list[Tensor]:
    """The images that the run predicts: its held-out or all training images, then audited test images; no copy."""
    held = prepared.config.fold is not None and prepared.validation
    own = held.images if held else prepared.dataset.train_images
    return [own] if subject.trained == len(subject.names) else [own, prepared.dataset.test_images]


def whole_subject(config: RunConfig) -> tuple[Subject, torch.Tensor]:
    """The subject of the audit, and the sorted rows of it that the run `config` predicts."""
    prepared = prepare(replace(config, fold=None))
    subject = subject_of(prepared)
    held = rows_held_out(config, prepared.noisy.labels)
    return subject, torch.cat([held[1] if held else torch.arange(subject.trained),
                               torch.arange(subject.trained, len(subject.names))])  # fmt: skip


def combine(paths: Sequence[Path], images: int) -> Array:
    """Read the probabilities (N, K) of N = `images` images; the mean where several files predict one.

    Raises UserError for a damaged file and if an image has no prediction.
    """
    rule = f"must hold predictions of {images} images; remove it to repeat them"
    found = [read_rows(path, "probabilities", "index", rule, below=images) for path in paths]
    total, count = np.zeros((images, found[0][0].shape[1])), np.zeros((images, 1))
    for probabilities, index in found:
        total[index] += probabilities
        count[index] += 1
    if not count.all():
        raise UserError(
            f"{paths[0].parent}: must hold predictions of all {images} images; remove its files to start again"
        )
    return total / count
