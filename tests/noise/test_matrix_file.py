"""Files of transition matrices: formats, names of classes, rows that nearly sum to 1."""

from pathlib import Path

import numpy as np
import pytest
import torch
from labelled import balanced
from matrix_files import T3

from sl.errors import UserError
from sl.noise import Matrix
from sl.noise.matrix_file import read_matrix


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


def test_a_byte_order_mark_is_no_number(tmp_path: Path) -> None:
    path = tmp_path / "mark.CSV"
    path.write_text("0.7,0.2,0.1\n0,1,0\n0.25,0.25,0.5\n", encoding="utf-8-sig")
    assert torch.equal(Matrix(path).apply(balanced("folder", 3), seed=0).transition, torch.from_numpy(T3))


def test_rows_written_with_few_decimals_are_divided_by_their_sum(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "thirds.csv"
    path.write_text("0.33333,0.33333,0.33333\n0,1,0\n0,0,1\n")
    read = Matrix(path)._file.matrix
    assert read[0].tolist() == [1 / 3] * 3
    assert read[1:].tolist() == [[0, 1, 0], [0, 0, 1]]
    assert capsys.readouterr().err.startswith(f"sl: noise.path={path}: rows that sum to 1 within 1e-05 are divided")
