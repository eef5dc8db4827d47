"""One process at a time at a run, an audit or a search, and others may look on."""

from pathlib import Path
from threading import Timer

import pytest
from filelock import FileLock

from sl import locks as module
from sl.errors import UserError
from sl.locks import alone, is_held, lock_beside
from sl.train.run_lock import Busy, alone_at


def test_a_second_process_is_refused_until_the_first_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.1)
    lock = tmp_path / "new" / ".lock"
    with alone(lock, UserError("taken")):
        other = FileLock(lock)  # opens the file for itself, as another process does
        with pytest.raises(UserError, match="taken"), alone(lock, UserError("taken")):
            pytest.fail("two are inside")
    with other.acquire(timeout=0), pytest.raises(UserError, match="taken"), alone(lock, UserError("taken")):
        pytest.fail("two are inside")


def test_a_run_begins_although_another_process_looks_whether_it_is_in_training(tmp_path: Path) -> None:
    """Looking takes the lock for a moment, which here lasts longer."""
    record, checkpoint = tmp_path / "runs" / "a.jsonl", tmp_path / "checkpoints" / "a.pt"
    lock_beside(record).parent.mkdir()
    look = FileLock(lock_beside(record), thread_local=False)
    look.acquire()
    Timer(0.2, look.release).start()
    with alone_at(record, checkpoint):
        assert not look.is_locked
        for path in (record, checkpoint):
            with pytest.raises(Busy, match="another process is training this run"), alone_at(path, path):
                pytest.fail("two train the run")


def test_a_record_beside_its_checkpoint_is_no_obstacle(tmp_path: Path) -> None:
    with alone_at(tmp_path / "a.jsonl", tmp_path / "a.pt"):
        assert lock_beside(tmp_path / "a.pt").exists()


def test_a_look_leaves_no_file_behind(tmp_path: Path) -> None:
    """Whoever looks may not be allowed to write there."""
    assert not is_held(tmp_path / ".a.lock")
    assert not list(tmp_path.iterdir())
