"""scripts/records.py: records are counted by their state, and what is damaged is named."""

import subprocess
import sys
from pathlib import Path

import synthetic

from sl.record.check import check_all

ROOT = Path(__file__).resolve().parents[2]


def test_records_are_counted_by_their_state(tmp_path: Path) -> None:
    synthetic.record(tmp_path, seed=0)
    synthetic.seal(synthetic.record(tmp_path, seed=1))
    synthetic.write(tmp_path, synthetic.lines(synthetic.header(seed=2))[:3])
    synthetic.diverged(tmp_path, seed=4)
    bad = synthetic.record(tmp_path, seed=3)
    bad.write_text("no record\n")
    report = check_all(tmp_path)
    assert report.summary == "1 checked, 2 unchecked, 1 unfinished, 1 damaged"
    (line,) = report.damaged
    assert line.startswith(f"{bad} line 1: damaged record")


def test_the_command_says_by_its_exit_code_whether_all_is_well(tmp_path: Path) -> None:
    path = synthetic.seal(synthetic.record(tmp_path))
    command = [sys.executable, str(ROOT / "scripts/records.py"), f"runs_dir={tmp_path}"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    path.write_text(path.read_text().replace("0.5", "0.6", 1))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "0 checked, 0 unchecked, 0 unfinished, 1 damaged\n")
    assert len(done.stderr.splitlines()) == 1
