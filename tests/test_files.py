"""Files that a user keeps appear whole or not at all, whatever writes them."""

import ast
import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sl.errors import UserError
from sl.files import expanded, remembered_digest, replace_file, replacing

ROOT = Path(__file__).parents[1]
# Who opens files for writing by other means, and why
OTHERWISE = {
    "sl/data/download.py": "downloads to a part, whose checksum is compared first",
    "sl/data/mapped.py": "a cache, with a checksum",
    "sl/say.py": "the null device",
    "sl/sweep/job.py": "what a job tells the console; a full disk must not stop the job",
    "sl/tracker/csv_files.py": "appends lines",
}
WRITERS = {"write_text", "write_bytes", "savefig", "savez", "savez_compressed", "to_csv", "to_json", "to_file"}


def opens_for_writing(call: ast.Call) -> bool:
    """Whether a call writes a file: one of WRITERS, or `open` with such a mode."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name == "open":
        values = [*call.args, *(keyword.value for keyword in call.keywords)]
        modes = [part.value for value in values for part in ast.walk(value) if isinstance(part, ast.Constant)]
        return any(mode in ("w", "wb", "a", "ab", "x", "xb") for mode in modes)
    return name in WRITERS


def protected(tree: ast.AST) -> set[int]:
    """Lines inside `with replacing(...)` or `output(...)`, which is one, or of a function that hands on a buffer."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.With) and any(
            name in ast.unparse(item) for item in node.items for name in ("replacing(", "output(")
        ):
            lines |= {*range(node.lineno, (node.end_lineno or node.lineno) + 1)}
        if isinstance(node, ast.FunctionDef) and ".getvalue())" in ast.unparse(node):
            lines |= {*range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    return lines


def test_every_file_is_written_by_the_same_means() -> None:
    found = set()
    for path in [*(ROOT / "sl").rglob("*.py"), *(ROOT / "scripts").rglob("*.py")]:
        tree = ast.parse(path.read_text())
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and opens_for_writing(node)]
        if any(call.lineno not in protected(tree) for call in calls):
            found.add(path.relative_to(ROOT).as_posix())
    assert found == OTHERWISE.keys()


def test_a_block_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("old")

    def stopped() -> None:
        with replacing(path) as part:
            part.write_text("ne")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert [(found.name, found.read_text()) for found in tmp_path.iterdir()] == [("labels.csv", "old")]


def test_a_full_disk_is_named_by_the_file_that_did_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("old")

    def full() -> None:
        with replacing(path) as part:
            os.symlink("/dev/full", part)
            part.write_text("new")

    with pytest.raises(OSError, match="No space left") as caught:
        full()
    assert caught.value.filename == str(path)
    assert [(found.name, found.read_text()) for found in tmp_path.iterdir()] == [("labels.csv", "old")]


def test_content_and_name_are_flushed_to_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda number: flushed.append(os.fstat(number).st_ino))
    replace_file(tmp_path / "labels.csv", "new")
    assert flushed == [(tmp_path / "labels.csv").stat().st_ino, tmp_path.stat().st_ino]


def test_two_processes_do_not_write_to_one_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "labels.csv"
    with replacing(path) as first:
        first.write_text("first")
        monkeypatch.setattr(os, "getpid", lambda: 1)
        replace_file(path, "second")
    assert [(found.name, found.read_text()) for found in tmp_path.iterdir()] == [("labels.csv", "first")]


def test_a_file_is_hashed_anew_when_its_size_or_its_time_changes(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    for content, moment in ((b"one", 1), (b"two", 2), (b"three", 2)):
        path.write_bytes(content)
        os.utime(path, (moment, moment))
        assert remembered_digest(path) == hashlib.sha256(content).hexdigest()


def test_a_link_stays_one_and_a_device_a_device(tmp_path: Path) -> None:
    link, target = tmp_path / "link", tmp_path / "deep" / "target"
    link.symlink_to(target)
    replace_file(link, "new")
    assert (link.is_symlink(), target.read_text()) == (True, "new")
    replace_file(Path(os.devnull), "nothing")
    assert not Path(os.devnull).is_file()


def test_the_home_folder_stands_for_its_sign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert expanded("out", "~/a b") == tmp_path / "a b"
    assert expanded("out", Path("~")) == tmp_path
    assert expanded("out", "/~bob") == Path("/~bob")


@pytest.mark.parametrize("value", ["", " ", None, 3])
def test_what_is_no_path_is_refused(value: object) -> None:
    with pytest.raises(UserError, match=f"^out={value}: must be a path$"):
        expanded("out", value)


WAITING = """
import signal, sys, time
from pathlib import Path
from sl.files import replacing
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup a process inherits that it is ignored
with replacing(Path(sys.argv[1])) as part:
    part.write_text("half")
    print("written", flush=True)
    while True:
        time.sleep(0.1)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_process_that_a_signal_ends_leaves_no_part(tmp_path: Path, number: signal.Signals) -> None:
    path = tmp_path / "page.html"
    path.write_text("old")
    with subprocess.Popen([sys.executable, "-c", WAITING, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        process.send_signal(number)
    assert process.returncode == -number
    assert [(found.name, found.read_text()) for found in tmp_path.iterdir()] == [("page.html", "old")]
