import gzip
from pathlib import Path

import pytest

from sl.data.disk import folder, gunzip
from sl.errors import UserError


def test_home_is_expanded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert folder("data_dir", "~/data") == tmp_path / "data"


def test_an_archive_that_breaks_off_leaves_no_file(tmp_path: Path) -> None:
    packed = tmp_path / "a.gz"
    packed.write_bytes(gzip.compress(bytes(100_000))[:-20])
    with pytest.raises(EOFError):
        gunzip(packed, tmp_path / "a")
    assert [path.name for path in tmp_path.iterdir()] == ["a.gz"]


def test_a_refused_write_is_one_line(tmp_path: Path) -> None:
    packed = tmp_path / "a.gz"
    packed.write_bytes(gzip.compress(b"a"))
    with pytest.raises(UserError, match=r"a\.gz: must be a folder that can be written to: File exists$"):
        gunzip(packed, packed / "a")
