"""Representations beside a record: what is read back, and what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import synthetic

from sl.errors import UserError
from sl.record import Run, read
from sl.record.representation import read_representation


def kept(root: Path, **arrays: Any) -> Run:
    """A run with these arrays beside its record."""
    path = synthetic.record(root)
    np.savez(path.with_suffix(".npz"), **arrays)
    return read(path)


def test_they_are_read_as_they_were_kept(tmp_path: Path) -> None:
    features = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float16)
    found = read_representation(kept(tmp_path, representation=features, labels=np.arange(6, dtype=np.int32)))
    assert found is not None
    assert [part.dtype for part in found] == [np.float32, np.int64]
    assert np.array_equal(found[0], features)
    assert found[1].tolist() == list(range(6))


def test_a_run_that_kept_none_has_none(tmp_path: Path) -> None:
    assert read_representation(read(synthetic.record(tmp_path))) is None


@pytest.mark.parametrize(
    ("arrays", "reason"),
    [
        ({"representation": np.zeros(6), "labels": np.zeros(6)}, r"shapes \(6,\) and \(6,\)"),
        ({"representation": np.zeros((6, 0)), "labels": np.zeros(6)}, r"shapes \(6, 0\) and \(6,\)"),
        ({"representation": np.zeros((6, 4)), "labels": np.zeros(5)}, r"shapes \(6, 4\) and \(5,\)"),
        ({"representation": np.zeros((6, 4)), "labels": np.zeros((6, 1))}, r"shapes \(6, 4\) and \(6, 1\)"),
        ({"representation": np.zeros((6, 4))}, "labels"),
        ({"representation": np.array([[{}]]), "labels": np.zeros(1)}, "allow_pickle"),
    ],
)
def test_other_arrays_are_refused(tmp_path: Path, arrays: dict[str, Any], reason: str) -> None:
    run = kept(tmp_path, **arrays)
    with pytest.raises(
        UserError, match=rf"^{run.path.with_suffix('.npz')}: not readable as representations .*{reason}"
    ):
        read_representation(run)
