"""Class-wise accuracies beside published ones."""

from pathlib import Path

import numpy as np
import pytest
import synthetic

from sl.comparison import run_groups
from sl.record import Noise, load_all
from sl.tables.classes import class_table
from sl.tables.published import ClassAccuracies

NOISY = Noise("symmetric", 0.4)


def published(dataset: str = "cifar10", epoch: int = 50) -> ClassAccuracies:
    """Its mean is of numbers with more decimals than those beside it, and so not quite theirs."""
    return ClassAccuracies(
        label="others", dataset=dataset, loss="ce", noise=NOISY, epoch=epoch, mean=45.1,
        accuracy=tuple(np.arange(0.0, 100.0, 10.0)), runs=1, confidence="code_log",
    )  # fmt: skip


@pytest.mark.parametrize("options", [{}, {"scale": "paper", "epochs": 120, "recipe": "apl"}])
def test_other_scales_and_recipes_are_not_compared(tmp_path: Path, options: dict[str, object]) -> None:
    synthetic.record(tmp_path, "ce", **options)
    (group,) = run_groups(load_all(tmp_path))
    assert class_table(group, [published()]) is None


def test_means_over_seeds_stand_above_what_others_published(tmp_path: Path) -> None:
    for seed in (0, 1):
        synthetic.record(tmp_path, "ce", seed=seed, scale="paper", epochs=120)
    (group,) = run_groups(load_all(tmp_path))
    assert class_table(group, [published("mnist"), published(epoch=121)]) is None
    assert class_table(group, [published(epoch=120)]).rows[0][0] == "CE, symmetric 40 %, epoch 120"
    grid = class_table(group, [published()])
    assert grid is not None
    own, other = grid.rows
    expected = 100 * np.mean([run.epochs[49].class_accuracy for run in group.runs], axis=0)
    assert own[:2] == ["CE, symmetric 40 %, epoch 50", "this project (2)"]
    assert own[2:-1] == [f"{value:.1f}" for value in (*expected, expected.mean())]
    assert own[-1] == f"{np.abs(expected - np.arange(0, 100, 10)).mean():.1f}"
    assert other == ["", "others", *(f"{value:.1f}" for value in range(0, 100, 10)), "45.1", ""]


def test_other_data_of_the_same_name_are_not_compared(tmp_path: Path) -> None:
    """A class of another package may have been called cifar10, with 3 classes."""
    synthetic.record(tmp_path, "ce", scale="paper", epochs=120, classes=3)
    (group,) = run_groups(load_all(tmp_path))
    assert class_table(group, [published()]) is None
