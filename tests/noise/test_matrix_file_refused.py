"""Files that hold no transition matrix: each is refused in one line that says why."""

import io
from pathlib import Path

import numpy as np
import pytest
from matrix_files import T3, write

from sl.errors import UserError
from sl.noise import Matrix
from sl.noise.matrix_file import read_matrix


def huge_npy() -> bytes:
    """A .npy file whose header asks for 800 terabytes."""
    content = io.BytesIO()
    shape = (10**7, 10**7)
    np.lib.format.write_array_header_1_0(content, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return content.getvalue()


def npy(matrix: np.ndarray) -> bytes:
    """The content of a .npy file."""
    content = io.BytesIO()
    np.save(content, matrix)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("sum.csv", b"0.5,0.4\n0,1\n", "must have rows that sum to 1 within 0.0001, but row 0 sums to 0.9"),
        ("wide.csv", b"0.5,0.5\n", r"must be \(K, K\) float64, not \(1, 2\) float64"),
        ("ragged.txt", b"1 0\n1\n", "cannot be read as a matrix of numbers: "),
        ("words.csv", b"cat,dog\n1,0\n", "cannot be read as a matrix of numbers: "),
        ("percent.csv", b"90%,10%\n20%,80%\n", "as many rows as columns, of numbers such as 0.9; row names"),
        ("blanks.csv", b"1 0\n0 1\n", "cannot be read as a matrix of numbers: "),
        ("empty.txt", b"", "cannot be read as a matrix of numbers: "),
        ("empty.npy", b"", "cannot be read as a matrix of numbers: "),
        ("other.json", b'{"matrix": [[1]]}', "cannot be read as a matrix of numbers: it lacks the key 'transition'"),
        ("bare.json", b"[[1, 0], [0, 1]]", "matrix of numbers: it must be an object with the key 'transition'$"),
        ("no_entry.json", b'{"transition": [[]]}', r"must be \(K, K\) float64, not \(1, 0\) float64"),
        ("no_row.npy", npy(np.zeros((0, 0))), r"must be \(K, K\) float64, not \(0, 0\) float64"),
        ("digits.json", b'{"transition": [[%s]]}' % (b"9" * 400), "cannot be read as a matrix of numbers: "),
        ("deep.json", b"[" * 100_000, "cannot be read as a matrix of numbers: "),
        ("zip.npy", b"PK\x03\x04 and so on", "cannot be read as a matrix of numbers: "),
        ("header.npy", npy(np.eye(2)).replace(b"}", b" "), "cannot be read as a matrix of numbers: "),
        ("complex.npy", npy(np.eye(2) + 0.5j), "cannot be read as a matrix of numbers: it holds complex128"),
        ("objects.npy", npy(np.eye(2).astype(object)), "Object arrays cannot be loaded"),  # a pickle can run anything
        ("huge.npy", huge_npy(), "cannot be read as a matrix of numbers: Unable to allocate"),
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
    assert str(error.value).startswith(f"noise.path={path}: ")
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


@pytest.mark.parametrize("path", [3, "matrix", "matrix.xlsx", "matrix.pt"])
def test_other_kinds_of_file_are_refused(path: object) -> None:
    with pytest.raises(UserError, match=rf"^noise\.path={path}: must be a file that ends in .npy, .csv, .txt, .json$"):
        Matrix(path)


def test_no_file_is_one_to_be_typed() -> None:
    with pytest.raises(UserError, match=r"^noise\.path=FILE: is required, a matrix that ends in \.npy, "):
        read_matrix(None, "noise.path")


@pytest.mark.parametrize(
    "text",
    [
        ",ant,bee\n0,0.9,0.1\n1,0.2,0.8\n", ",1,0\n0,0.9,0.1\n1,0.2,0.8\n", "0,1,0\n1,0.9,0.1\n0,0.2,0.8\n",
        "1 0\n0 0.9 0.1\n1 0.2 0.8\n", ",0,1\n0,0.9,0.1\n",
    ],
)  # fmt: skip
def test_a_table_whose_numbers_may_mean_something_else_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / ("table.csv" if "," in text else "table.txt")
    path.write_text(text)
    with pytest.raises(UserError):
        read_matrix(path, "path")


@pytest.mark.parametrize(
    ("sum_of_row", "taken"), [(0.99991, True), (1.00009, True), (0.99989, False), (1.00011, False)]
)
def test_a_row_may_miss_one_by_a_ten_thousandth(tmp_path: Path, sum_of_row: float, taken: bool) -> None:
    (tmp_path / "rounded.csv").write_text(f"0.5,{sum_of_row - 0.5:.5f}\n0,1\n")
    if taken:
        assert read_matrix(tmp_path / "rounded.csv", "path").matrix.sum(1).tolist() == pytest.approx([1, 1], abs=1e-12)
    else:
        with pytest.raises(UserError, match=rf"row 0 sums to {sum_of_row}"):
            read_matrix(tmp_path / "rounded.csv", "path")


def test_a_transposed_matrix_is_told_so(tmp_path: Path) -> None:
    path = write(tmp_path / "turned.csv", T3.T)
    with pytest.raises(UserError, match=r"its columns sum to 1 and its rows do not: must be transposed"):
        Matrix(path)
    write(path, np.array([[0.6, 0.3], [0.4, 0.6]]))  # one column is no transposed matrix
    with pytest.raises(UserError, match=r"row 0 sums to 0\.9$"):
        Matrix(path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", "[]"), ("b.json", "{}"), ("c.json", '{"transition": [[1, 0]]}'), ("d.json", '{"transition": "x"}'),
        ("e.json", '{"transition": [[1, 0], [0, 1]], "class_names": ["a"]}'), ("f.json", '{"transition": 1}'),
        ("g.csv", ",a,b\nb,1,0\na,0,1\n"), ("h.csv", "1;0\n0;1\n"), ("i.csv", "a,b\n"), ("j.json", '{"transition": 1'),
        ("k.json", '{"transition": [[1, 0], [0, 1]], "class_names": 3}'),
        ("l.json", '{"transition": [[1, 0], [0, 1]], "class_names": "ab"}'),
        ("m.json", '{"transition": [[1, 0], [0, 1]], "class_names": {"a": 1, "b": 0}}'),
    ],
)  # fmt: skip
def test_other_content_is_refused_in_one_line(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UserError) as error:
        read_matrix(tmp_path / name, "path")
    assert str(error.value).startswith(f"path={tmp_path / name}: ")
    assert "\n" not in str(error.value)
