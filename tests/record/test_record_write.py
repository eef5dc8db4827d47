"""Writing records: one form for numbers, nothing lost, identity of what matters."""

import errno
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import synthetic

from sl.errors import UserError
from sl.record.identity import identity
from sl.record.lines import parse, rounded, serialise
from sl.record.provenance import commit, provenance
from sl.record.read import read, record_state
from sl.record.schema import Diverged, Header, Probe
from sl.record.write import RecordWriter

SHA256 = "0123456789abcdef" * 4
CONFIG = {
    "dataset": {"_target_": "sl.data.Digits", "fingerprint": "abc"},
    "loss": {"_target_": "sl.losses.SymmetricCrossEntropy", "alpha": 0.1, "beta": 1.0},
    "recipe": {"lr": 0.01, "clip_norm": None},
    "seed": 0,
    "names": {"loss": "sl"},
    "probe": {"label": 3},
}


def test_identity_is_golden() -> None:
    """Records are found by it: it must never change for a configuration that has not changed."""
    hashed = (
        '{"dataset":{"_target_":"sl.data.Digits","fingerprint":"abc"},'
        '"loss":{"_target_":"sl.losses.SymmetricCrossEntropy","alpha":0.1,"beta":1},"recipe":{"lr":0.01},"seed":0}'
    )
    assert identity(CONFIG) == hashlib.sha256(hashed.encode()).hexdigest()[:16] == "33c89b615316fd55"


@pytest.mark.parametrize(
    "same",
    [
        {"loss": {"beta": 1, "alpha": 0.1, "_target_": "sl.losses.SymmetricCrossEntropy"}},
        {"recipe": {"lr": 0.01}},
        {"names": {"loss": "my_sl"}},
        {"probe": {"label": 5}},
    ],
)
def test_what_does_not_change_a_result_does_not_change_the_identity(same: dict[str, object]) -> None:
    assert identity({**CONFIG, **same}) == identity(CONFIG)


@pytest.mark.parametrize("other", [{"seed": 1}, {"recipe": {"lr": 0.02}}, {"recipe": {"lr": 0.01, "clip_norm": 5}}])
def test_what_changes_a_result_changes_the_identity(other: dict[str, object]) -> None:
    assert identity({**CONFIG, **other}) != identity(CONFIG)


def test_numbers_have_six_digits_and_what_is_not_finite_is_null() -> None:
    assert rounded({"a": 1 / 3, "b": [float("nan"), float("inf")], "c": 12345678, "d": None}) == {
        "a": 0.333333,
        "b": [None, None],
        "c": 12345678,
        "d": None,
    }


def test_a_probe_has_six_digits_and_a_header_keeps_its_own() -> None:
    probe = next(line for line in lines_of(head()) if isinstance(line, Probe))
    shown = json.loads(serialise(probe.model_copy(update={"confidence": [1 / 3] * 10})))
    assert shown["confidence"] == [0.333333] * 10
    config = head().config.model_copy(update={"loss": {"alpha": 1 / 3}})
    assert json.loads(serialise(head().model_copy(update={"config": config})))["config"]["loss"] == {"alpha": 1 / 3}


def head() -> Header:
    return Header.model_validate(synthetic.header(epochs=2))


def lines_of(head: Header) -> list[Any]:
    return [parse(json.dumps(line).encode()) for line in synthetic.lines(head.model_dump(exclude_unset=True))[1:-1]]


def test_a_record_is_complete_with_its_end_only(tmp_path: Path) -> None:
    path = tmp_path / "digits" / "x.jsonl"
    assert record_state(path) == "missing"
    writer = RecordWriter(path)
    writer.start(head())
    for line in lines_of(head()):
        assert record_state(path) == "unfinished"
        writer.write(line)
    assert record_state(path) == "unfinished"
    writer.end([1.25, 2.0], SHA256)
    assert record_state(path) == "complete"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert (lines[0]["kind"], lines[-1]["kind"], len(lines)) == ("run", "end", 1 + 2 + 3 + 1)
    assert (lines[-1]["epoch_seconds"], lines[-1]["seconds"]) == ([1.25, 2.0], 3.25)
    assert lines[-1]["weights_sha256"] == SHA256
    assert [child.name for child in path.parent.iterdir()] == ["x.jsonl"]


def test_resuming_takes_the_record_as_the_checkpoint_has_it(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    writer, lines = RecordWriter(path), lines_of(head())
    writer.start(head())
    writer.write(lines[0])
    kept = writer.content
    for line in lines[1:]:
        writer.write(line)
    path.write_bytes(path.read_bytes()[:-40] + b"\0" * 100)
    again = RecordWriter(path)
    again.content = kept
    again.resume(1, 0, head().provenance)
    for line in lines[1:]:
        again.write(line)
    again.end([1.0, 5.0], SHA256)
    run = read(path)
    assert (run.complete, run.checked, [line.epoch for line in run.resumes]) == (True, True, [1])


def test_a_line_takes_the_place_of_what_a_broken_write_left(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    writer, lines = RecordWriter(path), lines_of(head())
    writer.start(head())
    path.write_bytes(path.read_bytes() + b'{"kind": "epo')
    writer.write(lines[0])
    assert path.read_bytes() == writer.content
    assert len(read(path).epochs) == 1


@pytest.mark.parametrize(("loss", "recorded"), [(2.5, 2.5), *((float(name), name) for name in ("nan", "inf", "-inf"))])
def test_the_loss_of_a_run_that_diverged_is_a_number_or_a_word(tmp_path: Path, loss: float, recorded: object) -> None:
    writer = RecordWriter(tmp_path / "x.jsonl")
    writer.start(head())
    writer.diverged(1, 3, 0.1, loss)
    run = read(tmp_path / "x.jsonl")
    assert isinstance(run.last_line, Diverged)
    assert (run.diverged, run.checked, run.last_line.step, run.last_line.loss) == (True, True, 3, recorded)


class FullDisk:
    """os.fsync and file writes of a disk that is full."""

    def __call__(self, *_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_leaves_no_part_of_a_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, lines = tmp_path / "x.jsonl", lines_of(head())
    writer = RecordWriter(path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", FullDisk())
        with pytest.raises(UserError, match=r"runs_dir: .*x\.jsonl cannot be written: No space left on device"):
            writer.start(head())
    assert list(tmp_path.iterdir()) == []
    writer.start(head())
    for line in lines:
        writer.write(line)
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", FullDisk())
        with pytest.raises(UserError, match="No space left on device"):
            writer.end([1.0, 1.0], SHA256)
    assert path.read_bytes() == before
    assert [child.name for child in tmp_path.iterdir()] == ["x.jsonl"]


def test_a_line_that_does_not_fit_on_the_disk_is_taken_back(tmp_path: Path) -> None:
    """With a real limit of the system: a file may not grow beyond a line and a half."""
    code = (
        "import json, resource, sys; sys.path.insert(0, sys.argv[2]); import synthetic; from pathlib import Path;"
        "from sl.errors import UserError; from sl.record.lines import parse; from sl.record.schema import Header;"
        "from sl.record.write import RecordWriter;"
        "head = synthetic.header(epochs=2); line = synthetic.lines(head)[1]; writer = RecordWriter(Path(sys.argv[1]));"
        "writer.start(Header.model_validate(head)); size = Path(sys.argv[1]).stat().st_size + 40;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (size, size));\n"
        "try: writer.write(parse(json.dumps(line).encode()))\n"
        "except UserError as error: print(error)"
    )
    path = tmp_path / "x.jsonl"
    command = [sys.executable, "-c", code, str(path), str(Path(__file__).parents[1])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "cannot be written: File too large" in done.stdout
    assert len(path.read_bytes().splitlines()) == 1
    assert record_state(path) == "unfinished"


def test_a_record_that_cannot_be_written_is_the_users_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        RecordWriter(tmp_path / "file" / "x.jsonl").start(head())


def test_provenance_outside_a_checkout_takes_the_commit_it_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sl.record.provenance.ROOT", tmp_path)
    monkeypatch.setenv("SL_COMMIT", "abc123")
    told = provenance("cpu", "float32", "eager")
    assert (told.commit, told.dirty, told.step) == ("abc123", None, "eager")


def git(folder: Path, *arguments: str) -> str:
    """What git says of the folder, whatever this user's settings are, and in a hook of git too."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = {**kept, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    command = ["git", "-C", str(folder), "-c", "user.name=x", "-c", "user.email=x@x", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.strip()


def repository(folder: Path) -> str:
    """A repository with one commit; its name."""
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", "x")
    return git(folder, "rev-parse", "HEAD")


def test_a_copy_inside_another_repository_is_not_taken_for_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    repository(tmp_path)
    (tmp_path / "copy").mkdir()
    monkeypatch.setattr("sl.record.provenance.ROOT", tmp_path / "copy")
    monkeypatch.delenv("SL_COMMIT", raising=False)
    assert commit() == (None, None)


def test_variables_of_git_do_not_send_it_to_another_repository(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own, other = tmp_path / "own", tmp_path / "other"
    for folder in (own, other):
        folder.mkdir()
    repository(other)
    (own / "sl").mkdir()
    name = repository(own)
    monkeypatch.setattr("sl.record.provenance.ROOT", own)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    assert commit() == (name, False)
    (own / "sl" / "new.py").write_text("")
    git(own, "config", "status.showUntrackedFiles", "no")
    assert commit() == (name, True)


def test_what_git_cannot_say_is_not_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    name = repository(tmp_path)
    (tmp_path / ".git" / "index").write_bytes(b"damaged")
    monkeypatch.setattr("sl.record.provenance.ROOT", tmp_path)
    assert commit() == (name, None)
