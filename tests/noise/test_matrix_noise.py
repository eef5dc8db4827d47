import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from labelled import balanced

from sl.errors import UserError
from sl.noise import Matrix, corrupt
from sl.noise.matrix_file import read_matrix

T3 = np.array([[0.7, 0.2, 0.1], [0.0, 1.0, 0.0], [0.25, 0.25, 0.5]])


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


def write(path: Path, matrix: np.ndarray) -> Path:
    if path.suffix == ".npy":
        np.save(path, matrix)
    else:
        np.savetxt(path, matrix, delimiter="," if path.suffix == ".csv" else " ", fmt="%.17g")
    return path


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


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("sum.csv", b"0.5,0.4\n0,1\n", "must have rows that sum to 1 within 1e-06, but row 0 sums to 0.9"),
        ("wide.csv", b"0.5,0.5\n", r"must be \(K, K\) float64, not \(1, 2\) float64"),
        ("ragged.txt", b"1 0\n1\n", "cannot be read as a matrix of numbers: "),
        ("words.csv", b"cat,dog\n1,0\n", "cannot be read as a matrix of numbers: "),
        ("blanks.csv", b"1 0\n0 1\n", "cannot be read as a matrix of numbers: "),
        ("empty.txt", b"", "cannot be read as a matrix of numbers: "),
        ("empty.npy", b"", "cannot be read as a matrix of numbers: "),
        ("other.json", b'{"matrix": [[1]]}', "cannot be read as a matrix of numbers: it lacks the key 'transition'"),
        ("no_entry.json", b'{"transition": [[]]}', r"must be \(K, K\) float64, not \(1, 0\) float64"),
        ("no_row.npy", npy(np.zeros((0, 0))), r"must be \(K, K\) float64, not \(0, 0\) float64"),
        ("digits.json", b'{"transition": [[%s]]}' % (b"9" * 400), "cannot be read as a matrix of numbers: "),
        ("deep.json", b"[" * 100_000, "cannot be read as a matrix of numbers: "),
        ("zip.npy", b"PK\x03\x04 and so on", "cannot be read as a matrix of numbers: "),
        ("header.npy", npy(np.eye(2)).replace(b"}", b" "), "cannot be read as a matrix of numbers: "),
        ("complex.npy", npy(np.eye(2) + 0.5j), "cannot be read as a matrix of numbers: it holds complex128"),
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
    with pytest.raises(UserError, match=f"^path={path}: must be a file that ends in .npy, .csv, .txt, .json$"):
        Matrix(path)


NAMES = ("class0", "class1", "class2")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("head.csv", "class2,class0,class1\n0.5,0.25,0.25\n0.1,0.7,0.2\n0,0,1\n"),
        ("pandas.csv", ",class2,class0,class1\nclass2,0.5,0.25,0.25\nclass0,0.1,0.7,0.2\nclass1,0,0,1\n"),
        ("mark.CSV", "\ufeff" + "class2, class0, class1\r\n0.5,0.25,0.25\r\n0.1,0.7,0.2\r\n0,0,1\r\n"),
        ("head.txt", "# T\nclass2 class0 class1\n0.5 0.25 0.25\n0.1 0.7 0.2 # a comment\n0 0 1\n"),
        ("noise.json", '{"class_names": ["class2", "class0", "class1"], "rate": 1,'
                       ' "transition": [[0.5, 0.25, 0.25], [0.1, 0.7, 0.2], [0, 0, 1]]}'),
    ],
)  # fmt: skip
def test_a_file_may_name_its_classes_in_any_order(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    noise = Matrix(path).apply(balanced("folder", 3), seed=0)
    assert torch.equal(noise.transition, torch.from_numpy(T3))


@pytest.mark.parametrize(
    "text", ["# T\n#b,#a\n0.9,0.1\n0.3,0.7\n", "  # T\n\n,#b,#a\n#b,0.9,0.1\n#a,0.3,0.7\n"], ids=["head", "pandas"]
)
def test_a_class_s_name_may_begin_like_a_comment(tmp_path: Path, text: str) -> None:
    (tmp_path / "hash.csv").write_text(text)
    read = read_matrix(tmp_path / "hash.csv", "path")
    assert read.class_names == ("#b", "#a")
    assert read.for_classes(("#a", "#b"), "path", "folder").tolist() == [[0.7, 0.3], [0.1, 0.9]]


def test_the_classes_of_another_data_set_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "head.csv"
    path.write_text("ant,bee\n1,0\n0,1\n")
    rule = r"it names the classes ant, bee, must be those of dataset=folder: class0, class1$"
    with pytest.raises(UserError, match=rf"^noise\.path={path}: {rule}"):
        Matrix(path).apply(balanced("folder", 2), seed=0)


def test_names_that_are_numbers_are_still_names(tmp_path: Path) -> None:
    (tmp_path / "digits.csv").write_text("1,0\n0.9,0.1\n0.2,0.8\n")
    assert read_matrix(tmp_path / "digits.csv", "path").class_names == ("1", "0")
    (tmp_path / "plain.csv").write_text("1,0\n0,1\n")
    assert read_matrix(tmp_path / "plain.csv", "path").class_names is None


@pytest.mark.parametrize("name", ["table.csv", "index.csv", "table.txt"])
def test_a_table_that_pandas_writes_by_default(tmp_path: Path, name: str) -> None:
    """Rows and columns have their numbers for names; with blanks between the cells the corner is not seen."""
    text = {
        "table.csv": ",0,1,2\n0,0.7,0.2,0.1\n1,0.0,1.0,0.0\n2,0.25,0.25,0.5\n",
        "index.csv": "true,0,1,2\n0,0.7,0.2,0.1\n1,0.0,1.0,0.0\n2,0.25,0.25,0.5\n",
        "table.txt": " 0 1 2\n0 0.7 0.2 0.1\n1 0.0 1.0 0.0\n2 0.25 0.25 0.5\n",
    }[name]
    (tmp_path / name).write_text(text)
    read = read_matrix(tmp_path / name, "path")
    assert read.class_names == ("0", "1", "2")
    assert read.matrix.tolist() == T3.tolist()
    for names in (("0", "1", "2"), ("ant", "bee", "cat")):
        assert read.for_classes(names, "path", "folder").tolist() == T3.tolist()
    for names in (("1", "2", "3"), ("1", "2", "cat")):  # is 1 the second class, or the one that is called so?
        with pytest.raises(UserError, match=r"it names the classes 0, 1, 2, must be those of dataset=folder"):
            read.for_classes(names, "path", "folder")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,0,0\n0,1,0\n0,0,1\n", np.eye(3)),  # the last two rows begin as the first one goes on
        ("0,0,1\n0,0,1\n1,0,0\n", np.eye(3)[[2, 2, 0]]),
    ],
)
def test_a_matrix_without_names_is_not_taken_for_a_table(tmp_path: Path, text: str, expected: np.ndarray) -> None:
    (tmp_path / "plain.csv").write_text(text)
    read = read_matrix(tmp_path / "plain.csv", "path")
    assert read.class_names is None
    assert read.matrix.tolist() == expected.tolist()


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


def test_a_byte_order_mark_is_no_number(tmp_path: Path) -> None:
    path = tmp_path / "mark.CSV"
    path.write_text("0.7,0.2,0.1\n0,1,0\n0.25,0.25,0.5\n", encoding="utf-8-sig")
    assert torch.equal(Matrix(path).apply(balanced("folder", 3), seed=0).transition, torch.from_numpy(T3))


def test_rows_written_with_few_decimals_are_divided_by_their_sum(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "thirds.csv"
    path.write_text("0.33333,0.33333,0.33333\n0,1,0\n0,0,1\n")
    read = read_matrix(path, "noise.path").matrix
    assert read[0].tolist() == [1 / 3] * 3
    assert read[1:].tolist() == [[0, 1, 0], [0, 0, 1]]
    assert capsys.readouterr().err.startswith(f"sl: noise.path={path}: rows that sum to 1 within 1e-05 are divided")


def test_rows_that_are_far_off_are_refused(tmp_path: Path) -> None:
    (tmp_path / "far.csv").write_text("0.9,0.0998\n0,1\n")
    with pytest.raises(UserError, match=r"row 0 sums to 0\.9998"):
        read_matrix(tmp_path / "far.csv", "path")


def test_a_transposed_matrix_is_told_so(tmp_path: Path) -> None:
    path = write(tmp_path / "turned.csv", T3.T)
    with pytest.raises(UserError, match=r"its columns sum to 1 and its rows do not: must be transposed"):
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
