"""The commands that write pages of the recorded runs: of no run, by few packages, and with folders that do not fit."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import synthetic
from in_process import SCRIPTS, as_before, run

# What each prints where no run is recorded.
PRINTED = {
    "claims": ["{out}/claims.md and .json"],
    "figures": ["no run recorded yet: sl train records runs"],
    "report": [],
    "tables": ["no finished run recorded yet: sl train records runs", "{out}/published.md"],
}
REFUSED = {"report": "sl: error: runs_dir={runs}: must hold a run record\n"}
HEAVY = {"torch", "sklearn"}  # each takes a second or more
WITH_LITTLE = """
import runpy, sys
try:
    runpy.run_path("{script}", run_name="__main__")
finally:
    assert not {heavy} & set(sys.modules)
"""
every_page = pytest.mark.parametrize("page", PRINTED)


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    with as_before():
        yield


@every_page
def test_no_run_is_recorded_and_little_is_imported(page: str, tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    heavy = HEAVY | {"matplotlib"} if page == "tables" else HEAVY
    script = WITH_LITTLE.format(script=SCRIPTS / f"{page}.py", heavy=heavy)
    command = [sys.executable, "-c", script, f"runs_dir={tmp_path / 'runs'}", f"out={tmp_path / 'out'}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = REFUSED.get(page, "").format(runs=tmp_path / "runs")
    assert (done.returncode, done.stderr) == (2 if said else 0, said)
    assert done.stdout.splitlines() == [line.format(out=tmp_path / "out") for line in PRINTED[page]]


@every_page
def test_a_folder_of_runs_that_is_not_there(page: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(page, f"runs_dir={tmp_path / 'nowhere'}", f"out={tmp_path / 'out'}")
    line = f"sl: error: runs_dir={tmp_path / 'nowhere'}: must be a folder that holds run records\n"
    assert (code, said, capsys.readouterr().out) == (2, line, "")


@pytest.mark.parametrize(
    ("script", "option"),
    [
        ("open_points", "runs_dir"),
        ("open_points", "unchanged_dir"),
        ("open_points", "changed_dir"),
        ("search_cost", "results_dir"),
        ("parity", "runs_dir"),
        ("track", "runs"),
    ],
)
def test_a_folder_that_is_not_there_is_named_by_its_option(script: str, option: str, tmp_path: Path) -> None:
    others = {
        "open_points": ("runs_dir=.", "unchanged_dir=.", "changed_dir=.", "table_only=true"),
        "parity": ("table_only=true",),
        "track": ("tracker=csv",),
    }
    given = [one for one in others.get(script, ()) if not one.startswith(f"{option}=")]
    code, said = run(script, *(one.replace("=.", f"={tmp_path}") for one in given), f"{option}={tmp_path / 'no'}")
    assert (code, said) == (2, f"sl: error: {option}={tmp_path / 'no'}: must be a folder that holds run records\n")


@every_page
def test_out_that_cannot_be_written(page: str, tmp_path: Path) -> None:
    synthetic.record(tmp_path / "runs")
    (tmp_path / "file").touch()
    code, said = run(page, f"runs_dir={tmp_path / 'runs'}", f"out={tmp_path / 'file'}")
    assert (code, said.count("\n")) == (2, 1)
    assert said.startswith(f"sl: error: out={tmp_path / 'file'}")
    assert ": must be a folder " in said
