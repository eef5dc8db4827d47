"""Noise from a file's matrix: the labels that it draws, and the data sets that it fits."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from labelled import balanced
from matrix_files import T3, write

from sl.errors import UserError
from sl.noise import Matrix, corrupt


@pytest.mark.parametrize("suffix", [".npy", ".csv", ".txt"])
@pytest.mark.parametrize("exact", [True, False])
def test_labels_are_drawn_from_the_file_s_matrix(tmp_path: Path, suffix: str, exact: bool) -> None:
    dataset = balanced("folder", 3)
    noise = Matrix(write(tmp_path / f"matrix{suffix}", T3), exact).apply(dataset, seed=4)
    assert torch.equal(noise.transition, torch.from_numpy(T3))
    assert torch.equal(noise.labels, corrupt(dataset.train_labels, torch.from_numpy(T3), 4, exact))


def test_each_row_moves_its_own_share(tmp_path: Path) -> None:
    dataset = balanced("folder", 3, per_class=1000)
    noise = Matrix(str(write(tmp_path / "matrix.csv", T3))).apply(dataset, seed=0)
    moved = [int((noise.labels[dataset.train_labels == label] != label).sum()) for label in range(3)]
    assert moved == [300, 0, 500]


def test_noise_in_a_few_images_of_one_class_is_noise_as_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Class 0 stays, half of the 10 images of class 1 move: 5 % of 100 labels as given, asked and counted."""
    labels = torch.tensor([0] * 90 + [1] * 10)
    given = replace(balanced("folder", 2), train_labels=labels, train_index=torch.arange(100), labels_given=True)
    noisy = Matrix(write(tmp_path / "one_way.csv", np.array([[1.0, 0.0], [0.5, 0.5]]))).apply(given, seed=0)
    assert (noisy.truth_known, noisy.realised_rate) == (True, 0.05)
    assert capsys.readouterr().err == ""


def test_whole_numbers_are_numbers_too(tmp_path: Path) -> None:
    noise = Matrix(write(tmp_path / "swap.npy", np.array([[0, 1], [1, 0]]))).apply(balanced("folder", 2), seed=0)
    assert torch.equal(noise.labels, 1 - noise.clean)


def test_a_matrix_of_another_size_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "ten.csv", np.eye(10))
    message = "is a 10 x 10 matrix, must be 100 x 100 on dataset=cifar100$"
    with pytest.raises(UserError, match=message) as error:
        Matrix(path).apply(balanced("cifar100", 100), seed=0)
    assert str(error.value).startswith(f"noise.path={path}: ")


def test_the_classes_of_another_data_set_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "head.csv"
    path.write_text("ant,bee\n1,0\n0,1\n")
    rule = r"it names the classes ant, bee, must be those of dataset=folder: class0, class1$"
    with pytest.raises(UserError, match=rf"^noise\.path={path}: {rule}"):
        Matrix(path).apply(balanced("folder", 2), seed=0)
