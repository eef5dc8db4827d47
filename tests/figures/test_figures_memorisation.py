"""What is memorised, of all wrong labels and of each class's."""

from pathlib import Path

import numpy as np
import synthetic
from drawn import run_group_of, texts
from matplotlib.container import BarContainer

from sl.figures import (
    class_memorisation,
    memorisation,
)


def test_memorisation_says_how_images_are_counted(runs: Path) -> None:
    assert "while the epoch trains, on augmented images" in texts(memorisation.draw(run_group_of(runs)))


def test_memorisation_draws_the_training_shares(runs: Path) -> None:
    axes = memorisation.draw(run_group_of(runs)).axes
    record = synthetic.lines(synthetic.header("ce"))
    for panel, metric in zip(axes, ("right_accuracy", "wrong_memorised", "wrong_corrected"), strict=True):
        line = next(line for line in panel.lines if line.get_label() == "CE")
        assert np.allclose(line.get_ydata(), [100 * line[metric] for line in record if line["kind"] == "epoch"])


def test_class_memorisation_draws_the_shares_of_each_true_class(runs: Path) -> None:
    assert class_memorisation.draw(run_group_of(runs)) is None  # older records
    memorised, learnt = np.linspace(0.1, 0.6, 10), np.linspace(0.9, 0.5, 10)
    for seed, more in ((0, 0.0), (1, 0.2)):
        synthetic.class_training(synthetic.record(runs, "ce", seed=seed), memorised + more, learnt)
    synthetic.class_training(synthetic.record(runs, "sl", seed=1), 0.5 * memorised, learnt)
    wrong, right = class_memorisation.draw(run_group_of(runs)).axes
    heights = [[bar.get_height() for bar in bars] for bars in wrong.containers if isinstance(bars, BarContainer)]
    assert np.allclose(heights, [100 * (memorised + 0.1), 50 * memorised])
    heights = [[bar.get_height() for bar in bars] for bars in right.containers if isinstance(bars, BarContainer)]
    assert np.allclose(heights, [100 * learnt, 100 * learnt])
    assert "late (epoch 10): wrong labels memorised" in wrong.figure.get_suptitle()
    assert (wrong.get_xlabel(), right.get_xlabel()) == ("true class", "true class")
    keys = [text.get_text() for text in wrong.get_legend().get_texts()]
    assert [("n = 2, mean of classes 45.0" in keys[0]), ("n = 1, mean of classes 17.5" in keys[1])] == [True, True]
