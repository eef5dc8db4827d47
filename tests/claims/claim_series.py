"""Runs in memory that hold what a measure reads, and nothing else."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from sl.comparison import Series
from sl.record import STAGES, Run
from sl.record.schema import Config, Data, Epoch, Header, Probe, Stages, TrainingShares

EQUAL_CLASSES = Probe.model_construct(confusion=np.diag([200, 200, 200]).tolist())


def run_of(counts: list[int], accuracy: list[float]) -> Run:
    """A run whose test set has so many images of each class."""
    data = Data.model_construct(class_names=["?"] * len(counts))
    header = Header.model_construct(stages=Stages.model_construct(early=1, middle=1, late=1), data=data)
    probe = Probe.model_construct(confusion=np.diag(counts).tolist())
    return Run(header, (Epoch.model_construct(class_accuracy=accuracy),), dict.fromkeys(STAGES, probe))


def series_of(curves: np.ndarray, late: int = 3) -> Series:
    """Runs with these class-wise accuracies (n, E, K) and nothing else."""
    header = Header.model_construct(
        stages=Stages.model_construct(late=late),
        config=Config.model_construct(seed=0),
        data=Data.model_construct(class_names=[str(place) for place in range(curves.shape[2])]),
    )
    epochs = [tuple(Epoch.model_construct(class_accuracy=line) for line in run.tolist()) for run in curves]
    return Series(tuple(Run(header, lines) for lines in epochs))


def noisy(curve: np.ndarray, seeds: int, deviation: float | np.ndarray = 0.05, seed: int = 0) -> Series:
    """Runs of ten classes whose accuracy follows `curve` (E,), each with chance of its own."""
    chance = np.random.default_rng(seed).normal(size=(seeds, len(curve), 10))
    return series_of(curve[None, :, None] + np.reshape(deviation, (-1, 1)) * chance, late=len(curve) - 2)


def probed(
    memorised: float | None, corrected: float | None, classes: int = 10, right: float | None = None, **probe: Any
) -> Run:
    """A run with these shares of wrong and right labels at its one epoch, and this probe, which is late."""
    shares = {"wrong_memorised": memorised, "wrong_corrected": corrected, "right_accuracy": right}
    data = Data.model_construct(class_names=["?"] * classes)
    header = Header.model_construct(
        stages=Stages.model_construct(late=1), data=data, config=Config.model_construct(seed=0)
    )
    if "training" in probe:
        probe["training"] = TrainingShares.model_construct(**probe["training"])
    probe.setdefault("training", None)
    return Run(header, (Epoch.model_construct(**shares),), {"late": Probe.model_construct(**probe)})


def by_class(memorised: Iterable[float]) -> dict[str, Probe]:
    """Late, these shares of the wrong labels of each true class are memorised, and all other such images corrected."""
    shares = [TrainingShares.model_construct(wrong_memorised=one, wrong_corrected=1 - one) for one in memorised]
    return {"late": Probe.model_construct(training_by_class=shares)}
