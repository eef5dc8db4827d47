import gzip
from pathlib import Path

import pytest

from sl.data.disk import first_of, folder, gunzip, pass_over
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


def test_three_mistakes_are_named_and_the_others_counted() -> None:
    assert first_of(["a", "b", "c"]) == "a; b; c"
    assert first_of(["a", "b", "c", "d"]) == "a; b; c; and 1 more"


@pytest.mark.parametrize(
    ("second", "what"), [("No such file or directory", "missing in .*"), ("cut", "in .* cannot be read")]
)
def test_pictures_are_missing_only_where_all_are(tmp_path: Path, second: str, what: str) -> None:
    with pytest.raises(UserError, match=rf"^2 pictures {what}: a\.png"):
        pass_over(["a.png: No such file or directory", f"b.png: {second}"], tmp_path, "fail")
