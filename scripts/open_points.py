"""Train what the published descriptions leave open, one point at a time, and rewrite docs/reproduction-notes.md.

python scripts/open_points.py seeds=0
python scripts/open_points.py table_only=true
"""

from pathlib import Path
from typing import Literal

from sl.command_line import run_script
from sl.record import load_all
from sl.tables.marks import fill
from studies.open_points import block


def main(
    runs_dir: Path = Path("results/runs"),
    unchanged_dir: Path = Path("results/open_points/unchanged"),
    changed_dir: Path = Path("results/open_points/runs"),
    page: Path = Path("docs/reproduction-notes.md"),
    scale: Literal["auto", "cpu", "paper"] = "auto",
    seeds: tuple[int, ...] | None = None,
    jobs: int | None = None,
    table_only: bool = False,
    strict: bool = False,
) -> int:
    """Train what the published descriptions leave open, one point at a time, and rewrite a page.

    runs_dir: records of the usual runs
    unchanged_dir: records of unchanged runs at an older scale, used only for this comparison
    changed_dir: records of runs with a point changed
    page: Markdown page with the marks between which the tables are written
    scale: auto is paper on a GPU and cpu without one
    seeds: such as 0,1; null takes those of the experiment
    jobs: runs at once; null is one per core on a CPU and 1 on a GPU
    table_only: train nothing
    strict: stop at a damaged record instead of leaving it out
    """
    failures = []
    if not table_only:
        from studies.train import train_experiment  # imports torch; --help and the table do without it

        failures = train_experiment("open_points", changed_dir, jobs, scale, seeds)
    folders = {"runs_dir": runs_dir, "unchanged_dir": unchanged_dir, "changed_dir": changed_dir}
    records = (load_all(folder, strict, option) for option, folder in folders.items())
    print(fill(page, block(*records)))
    return 1 if failures else 0


if __name__ == "__main__":
    run_script(main)
