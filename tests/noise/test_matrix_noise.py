from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from sl.errors import UserError
from sl.noise import LabelledData, Matrix, corrupt

T3 = np.array([[0.7, 0.2, 0.1], [0.0, 1.0, 0.0], [0.25, 0.25, 0.5]])


def write(path: Path, matrix: np.ndarray) -> Path:
    if path.suffix == ".npy":
        np.save(path, matrix)
    else:
        np.savetxt(path, matrix, delimiter="," if path.suffix == ".csv" else " ", fmt="%.17g")
    return path


@pytest.mark.parametrize("suffix", [".npy", ".csv", ".txt"])
@pytest.mark.parametrize("exact", [True, False])
def test_labels_are_drawn_from_the_file_s_matrix(
    balanced: Callable[..., LabelledData], tmp_path: Path, suffix: str, exact: bool
) -> None:
    dataset = balanced("folder", 3)
    noise = Matrix(write(tmp_path / f"matrix{suffix}", T3), exact).apply(dataset, seed=4)
    assert torch.equal(noise.transition, torch.from_numpy(T3))
    assert torch.equal(noise.labels, corrupt(dataset.train_labels, torch.from_numpy(T3), 4, exact))


def test_each_row_moves_its_own_share(balanced: Callable[..., LabelledData], tmp_path: Path) -> None:
    dataset = balanced("folder", 3, per_class=1000)
    noise = Matrix(str(write(tmp_path / "matrix.csv", T3))).apply(dataset, seed=0)
    moved = [int((noise.labels[dataset.train_labels == label] != label).sum()) for label in range(3)]
    assert moved == [300, 0, 500]


def test_whole_numbers_are_numbers_too(balanced: Callable[..., LabelledData], tmp_path: Path) -> None:
    noise = Matrix(write(tmp_path / "swap.npy", np.array([[0, 1], [1, 0]]))).apply(balanced("folder", 2), seed=0)
    assert torch.equal(noise.labels, 1 - noise.clean)


def test_a_matrix_of_another_size_is_refused(balanced: Callable[..., LabelledData], tmp_path: Path) -> None:
    path = write(tmp_path / "ten.csv", np.eye(10))
    message = "is a 10 x 10 matrix, allowed on dataset=cifar100 is 100 x 100$"
    with pytest.raises(UserError, match=message) as error:
        Matrix(path).apply(balanced("cifar100", 100), seed=0)
    assert str(error.value).startswith(f"noise.path={path}: ")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("sum.csv", b"0.5,0.4\n0,1\n", "row 0 sums to 0.9, allowed is 1 within 1e-06"),
        ("negative.txt", b"1.1 -0.1\n0 1\n", "row 0 has the entry -0.1, allowed are probabilities"),
        ("wide.csv", b"0.5,0.5\n", r"it is \(1, 2\) float64, allowed is \(K, K\) float64"),
        ("nan.txt", b"nan 1\n0 1\n", "row 0 has the entry nan"),
        ("ragged.txt", b"1 0\n1\n", "cannot be read as a matrix of numbers: "),
        ("words.csv", b"cat,dog\n1,0\n", "cannot be read as a matrix of numbers: "),
        ("blanks.csv", b"1 0\n0 1\n", "cannot be read as a matrix of numbers: "),
        ("empty.txt", b"", "cannot be read as a matrix of numbers: "),
        ("empty.npy", b"", "cannot be read as a matrix of numbers: "),
        ("text.npy", b"1 0\n0 1\n", "cannot be read as a matrix of numbers: "),
        ("binary.txt", b"\xff\xfe\x00", "cannot be read as a matrix of numbers: "),
    ],
)
def test_files_that_hold_no_transition_matrix_are_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UserError, match=message) as error:
        Matrix(path)
    assert str(error.value).startswith(f"path={path}: ")
    assert "\n" not in str(error.value)


def test_objects_in_npy_files_are_not_unpickled(tmp_path: Path) -> None:
    path = tmp_path / "objects.npy"
    np.save(path, np.array([[{}]], dtype=object), allow_pickle=True)
    with pytest.raises(UserError, match="cannot be read as a matrix of numbers"):
        Matrix(path)


def test_several_arrays_in_one_file_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "many.npz", a=T3, b=T3)
    path = (tmp_path / "many.npz").rename(tmp_path / "many.npy")
    with pytest.raises(UserError, match="cannot be read as a matrix of numbers"):
        Matrix(path)


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none.csv: cannot be read as a matrix of numbers: No such file or directory$"):
        Matrix(tmp_path / "none.csv")


@pytest.mark.parametrize("path", [None, 3, "matrix", "matrix.xlsx", "matrix.pt"])
def test_other_kinds_of_file_are_refused(path: object) -> None:
    with pytest.raises(UserError, match=f"^path={path}: allowed is a file that ends in .npy, .csv, .txt$"):
        Matrix(path)
