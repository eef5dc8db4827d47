"""Predictions of several networks, put together from their files."""

from pathlib import Path

import numpy as np
import pytest

from sl.audit.predict import combine
from sl.errors import UserError


def test_what_several_networks_predict_is_averaged(tmp_path: Path) -> None:
    """Each predicts a picture of its own fold, and both the third, a test picture."""
    parts = {"a": ([0, 2], [[0.9, 0.1], [0.6, 0.4]]), "b": ([1, 2], [[0.3, 0.7], [0.2, 0.8]])}
    for name, (index, probabilities) in parts.items():
        np.savez(tmp_path / f"{name}.npz", index=np.array(index), probabilities=np.array(probabilities))
    found = combine([tmp_path / "a.npz", tmp_path / "b.npz"], 3)
    assert found == pytest.approx(np.array([[0.9, 0.1], [0.3, 0.7], [0.4, 0.6]]))
    with pytest.raises(UserError, match="must hold predictions of all 3 images"):
        combine([tmp_path / "a.npz"], 3)


def test_damaged_predictions_are_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "part.npz"
    rows = {"index": np.arange(3), "probabilities": np.eye(3)}
    np.savez_compressed(file, **rows)
    assert (combine([file], 3) == np.eye(3)).all()
    whole = file.read_bytes()
    for damaged in (b"", whole[:10], whole[: len(whole) // 2], whole[:-10]):
        file.write_bytes(damaged)
        assert_repeated(file)
    for index in (np.arange(1, 4), np.arange(-1, 2), np.arange(2)):
        np.savez_compressed(file, **rows | {"index": index})
        assert_repeated(file)
    for changed in ({"probabilities": np.ones(3)}, {"probabilities": np.ones((3, 0))}):
        np.savez_compressed(file, **rows | changed)
        assert_repeated(file)
    np.savez_compressed(file, index=np.arange(3))
    assert_repeated(file)


def assert_repeated(file: Path) -> None:
    with pytest.raises(UserError) as raised:
        combine([file], 3)
    assert str(raised.value).startswith(f"{file}: must hold predictions of 3 images; remove it to repeat them (")
    assert "\n" not in str(raised.value)
