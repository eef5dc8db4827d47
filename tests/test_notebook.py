"""The notebook runs on the committed records, and on none; it is committed with its outputs."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "notebooks" / "paper.ipynb"


def execute(notebook: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run every cell with nbmake, under this project's pytest settings: warnings are errors."""
    options = ["-q", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml"), "--nbmake", "--nbmake-timeout=900"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *more, str(notebook)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


def code_cells(notebook: Path) -> list[dict[str, Any]]:
    return [cell for cell in json.loads(notebook.read_text())["cells"] if cell["cell_type"] == "code"]


def tables(notebook: Path) -> list[str]:
    """All Markdown that the cells put out: every number of the notebook that is text."""
    outputs = [output for cell in code_cells(notebook) for output in cell["outputs"]]
    found = [output.get("data", {}).get("text/markdown", "") for output in outputs]
    return ["".join(text) for text in found]


def copied(folder: Path) -> Path:
    (folder / "notebooks").mkdir()
    return Path(shutil.copy(NOTEBOOK, folder / "notebooks"))


@pytest.mark.slow
def test_it_runs_without_records_too(tmp_path: Path) -> None:
    done = execute(copied(tmp_path))
    assert done.returncode == 0, done.stdout


@pytest.mark.results
def test_its_outputs_are_those_of_the_committed_records(tmp_path: Path) -> None:
    copy = copied(tmp_path)
    (tmp_path / "results").symlink_to(ROOT / "results")
    done = execute(copy, "--overwrite")
    assert done.returncode == 0, done.stdout
    assert tables(copy) == tables(NOTEBOOK), "run: make notebook"


def test_it_is_committed_with_outputs_and_without_errors() -> None:
    cells = code_cells(NOTEBOOK)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1)), "run: make notebook"
    kinds = {output["output_type"] for cell in cells for output in cell["outputs"]}
    assert kinds == {"execute_result", "display_data"}
    pictures = [output for cell in cells for output in cell["outputs"] if "image/png" in output["data"]]
    assert len(pictures) >= 7
    assert NOTEBOOK.stat().st_size < 2e6
