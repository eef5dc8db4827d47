"""The committed records of runs: `results/runs` also holds a user's own runs, and those that are not complete."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def committed_records() -> list[Path]:
    """Their paths, as git lists them."""
    listed = subprocess.run(
        ["git", "ls-files", "results/runs/*.jsonl"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in listed.splitlines()]
