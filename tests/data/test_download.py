import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from filelock import FileLock
from local_server import Server
from small_disk import small_disk

from sl.data import download
from sl.data.download import fetch, verify
from sl.errors import UserError
from sl.locks import locked

CONTENT = b"labels" * 100_000
MD5 = "md5:" + hashlib.md5(CONTENT).hexdigest()
SHA256 = "sha256:" + hashlib.sha256(CONTENT).hexdigest()


def message(error: pytest.ExceptionInfo[UserError]) -> str:
    text = str(error.value)
    assert "\n" not in text
    return text


@pytest.mark.parametrize("digest", [MD5, SHA256])
def test_a_line_says_where_a_download_goes_before_its_progress_bar(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str], digest: str
) -> None:
    server.files["human.pt"] = CONTENT
    target = fetch([f"{server.url}/human.pt"], tmp_path / "new" / "human.pt", digest)
    assert target.read_bytes() == CONTENT
    line, bar = capsys.readouterr().err.split("\n", 1)
    assert line == f"sl: downloading human.pt (600.0 kB) from {server.url}/human.pt to {tmp_path / 'new'}"
    assert "human.pt" in bar
    assert "100%" in bar


def test_a_file_that_is_there_is_not_downloaded(server: Server, tmp_path: Path) -> None:
    (tmp_path / "human.pt").write_bytes(CONTENT)
    fetch([f"{server.url}/human.pt"], tmp_path / "human.pt", MD5)
    assert server.asked == []
    assert [path.name for path in tmp_path.iterdir()] == ["human.pt"]


def test_a_missing_a_damaged_and_a_cut_mirror_are_passed_over_and_the_origin_is_last(
    server: Server, tmp_path: Path
) -> None:
    server.files = {"damaged/a": b"other", "cut/a": CONTENT, "good/a": CONTENT, "origin/a": CONTENT}
    server.cut = {"cut/a"}
    bases = ["gone", "damaged", "cut", "good", "origin"]
    fetch([f"{server.url}/{base}/a" for base in bases], tmp_path / "a", MD5)
    assert server.asked == ["gone/a", "damaged/a", "cut/a", "good/a"]
    assert (tmp_path / "a").read_bytes() == CONTENT


def test_the_users_mirrors_come_first(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.files = {"mine/a": CONTENT, "origin/b": CONTENT}
    monkeypatch.setenv("SL_MIRRORS", f"{server.url}/yours {server.url}/mine/")
    fetch([f"{server.url}/origin/b"], tmp_path / "a", MD5)
    assert server.asked == ["yours/a", "mine/a"]


def test_a_server_that_does_not_answer_is_passed_over(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "TIMEOUT_SECONDS", 0.1)
    server.answers.clear()
    with pytest.raises(UserError, match="timed out"):
        fetch([f"{server.url}/a"], tmp_path / "a", MD5)


def test_when_all_fail_one_line_says_what_where_and_how(server: Server, tmp_path: Path, closed_port: int) -> None:
    server.files["bad/a"] = b"other"
    urls = [f"{server.url}/bad/a", "banana", f"http://127.0.0.1:{closed_port}/a", f"{server.url}/origin/a"]
    with pytest.raises(UserError) as error:
        fetch(urls, tmp_path / "a", MD5)
    text = message(error)
    assert MD5.replace(":", " ") in text
    assert all(url in text for url in urls)
    assert "404" in text
    assert f"get it from {server.url}/origin/a and put it at {tmp_path / 'a'}" in text
    assert not [path for path in tmp_path.iterdir() if path.suffix != ".lock"]


def test_a_stopped_download_leaves_nothing(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(url: str, part: Path, target: Path) -> None:
        part.write_bytes(CONTENT[:10])
        raise KeyboardInterrupt

    monkeypatch.setattr(download, "_stream", stopped)
    with pytest.raises(KeyboardInterrupt):
        fetch([f"{server.url}/a"], tmp_path / "a", MD5)
    assert [path.name for path in tmp_path.iterdir()] == [".a.lock"]


def test_a_full_disk_is_not_blamed_on_the_servers(server: Server, tmp_path: Path) -> None:
    server.files = {"mirror/a": CONTENT, "origin/a": CONTENT}
    with small_disk(tmp_path / "disk", "64k") as place:
        with pytest.raises(UserError) as error:
            fetch([f"{server.url}/mirror/a", f"{server.url}/origin/a"], place / "a", MD5)
        assert message(error) == f"{place}: must be a folder that can be written to: No space left on device"
        assert [path.name for path in place.iterdir() if path.suffix != ".lock"] == []
    assert server.asked == ["mirror/a"]


def test_what_a_killed_download_left_is_written_over(server: Server, tmp_path: Path) -> None:
    server.files["a"] = CONTENT
    (tmp_path / ".a.part").write_bytes(b"x" * (len(CONTENT) + 10))
    fetch([f"{server.url}/a"], tmp_path / "a", MD5)
    assert (tmp_path / "a").read_bytes() == CONTENT
    assert not (tmp_path / ".a.part").exists()


def test_of_several_that_ask_at_once_one_downloads(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.files["a"] = CONTENT
    all_ask = Barrier(4, timeout=60)

    def together(target: Path) -> FileLock:
        all_ask.wait()  # none of them has found the file
        return locked(target)

    monkeypatch.setattr(download, "locked", together)
    with ThreadPoolExecutor(4) as pool:  # each opens the lock's file for itself, as processes do
        asking = [pool.submit(fetch, [f"{server.url}/a"], tmp_path / "a", MD5) for _ in range(4)]
    assert {done.result() for done in asking} == {tmp_path / "a"}
    assert server.asked == ["a"]


def test_a_damaged_file_on_disk_is_kept_and_named(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"mine")
    with pytest.raises(UserError) as error:
        fetch([f"{server.url}/a"], tmp_path / "a", MD5)
    text = message(error)
    assert str(tmp_path / "a") in text
    assert hashlib.md5(b"mine").hexdigest() in text
    assert MD5.removeprefix("md5:") in text
    assert (tmp_path / "a").read_bytes() == b"mine"


def test_places_that_cannot_be_used_are_named(tmp_path: Path, closed_port: int) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UserError, match=r"file/in: must be a folder that can be written to: Not a directory$"):
        fetch([f"http://127.0.0.1:{closed_port}/a"], tmp_path / "file" / "in" / "a", MD5)
    with pytest.raises(UserError, match=r"cannot be read: Is a directory$"):
        verify(tmp_path, MD5, "")
