"""Transition and confusion matrices as pictures."""

from pathlib import Path

import numpy as np
import pytest
import synthetic
from drawn import run_group_of, texts
from matplotlib.figure import Figure

from sl.figures import (
    confusion,
    transition,
)
from sl.figures.style import settle
from sl.record.run import Array


def test_matrices_of_many_classes_keep_their_titles_apart(tmp_path: Path) -> None:
    for loss in ("ce", "sl"):
        synthetic.record(tmp_path, loss, dataset="cifar100", classes=100)
    figure = confusion.draw(run_group_of(tmp_path))
    settle(figure)
    below, above = (figure.axes[0].xaxis.label.get_window_extent(), figure.axes[3]._left_title.get_window_extent())
    assert below.y0 > above.y1 + 5
    assert figure._suptitle.get_window_extent().y0 > figure.axes[0]._left_title.get_window_extent().y1 + 5
    labels = [panel.get_ylabel() for panel in figure.axes]
    assert labels == ["true class", "", "", "true class", "", ""]
    assert all(panel.get_xlabel().startswith("predicted class\n") for panel in figure.axes)
    assert "blank" not in texts(figure)


@pytest.mark.parametrize("noise", ["none", "symmetric"])
def test_rows_of_own_data_are_labels_given_with_added_noise_too(tmp_path: Path, noise: str) -> None:
    record = synthetic.lines(synthetic.header("ce", noise, dataset="folder"))
    record[0]["data"]["labels"] = "given"  # its test labels too, whatever is added to the training labels
    synthetic.write(tmp_path, record)
    figure = confusion.draw(run_group_of(tmp_path))
    assert "label given by predicted class" in texts(figure).replace("\n", " ")
    assert figure.axes[0].get_ylabel() == "label given"


def pictures(figure: Figure) -> list[Array]:
    """The matrices of the panels that are pictures."""
    return [np.asarray(panel.images[0].get_array()) for panel in figure.axes if panel.images]


def test_transition_shows_the_matrix_of_each_noise(runs: Path) -> None:
    synthetic.record(runs, "ce", "asymmetric", 0.2)
    figure = transition.draw(run_group_of(runs))
    symmetric, asymmetric = pictures(figure)
    assert np.allclose(np.diag(symmetric), 0.6)
    assert np.allclose(np.diag(asymmetric), 0.8)
    assert "40.0 % of all labels wrong" in figure.axes[0].get_title(loc="left")
    assert "2 runs, 1 seed (0)" in texts(figure)  # of the five recorded, those that are shown
    assert {text.get_text() for text in figure.axes[0].texts} == {"60", "4"}
    assert "Rounded; blank: less than 0.5 %." in texts(figure).replace("\n", " ")


def test_confusion_shows_the_shares_of_each_row_at_each_stage(runs: Path) -> None:
    figure = confusion.draw(run_group_of(runs))
    drawn = pictures(figure)
    assert len(drawn) == 6
    for row, loss in enumerate(("ce", "sl")):
        for column, stage in enumerate(("early", "middle", "late")):
            records = [synthetic.lines(synthetic.header(loss, seed=seed)) for seed in (0, 1)]
            counts = [next(one for one in record if one.get("stage") == stage)["confusion"] for record in records]
            assert np.allclose(drawn[3 * row + column], np.mean(counts, axis=0) / 200)
    accuracy = 100 * np.mean(np.diag(drawn[5]))
    assert figure.axes[5].get_xlabel().endswith(f"late (epoch 10), mean class accuracy {accuracy:.1f} %")
    assert "SL (α 0.1" in figure.axes[3].get_title(loc="left")
