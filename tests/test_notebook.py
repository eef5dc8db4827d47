"""The notebook runs on the committed records, and on none; it is committed without outputs."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "notebooks" / "paper.ipynb"


def execute(notebook: Path) -> subprocess.CompletedProcess[str]:
    """Run every cell with nbmake, under this project's pytest settings: warnings are errors."""
    options = ["-q", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml"), "--nbmake", "--nbmake-timeout=60"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(notebook)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.mark.slow
def test_it_runs_on_the_committed_records() -> None:
    done = execute(NOTEBOOK)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_it_runs_without_records_too(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    copy = Path(shutil.copy(NOTEBOOK, tmp_path / "notebooks"))
    done = execute(copy)
    assert done.returncode == 0, done.stdout


def test_it_is_committed_without_outputs() -> None:
    cells = [cell for cell in json.loads(NOTEBOOK.read_text())["cells"] if cell["cell_type"] == "code"]
    assert cells
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells)
