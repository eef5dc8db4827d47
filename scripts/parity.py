"""Train the same seeds on the fast path and in float32, and compare their accuracy.

python scripts/parity.py
python scripts/parity.py table_only=true
"""

from pathlib import Path

from sl.command_line import run_script
from sl.files import replace_file
from sl.record import load_all
from studies.parity import page


def main(
    runs_dir: Path = Path("results/parity/runs"),
    also: Path = Path("results/runs"),
    out: Path = Path("results/tables/parity.md"),
    jobs: int | None = None,
    table_only: bool = False,
    strict: bool = False,
) -> int:
    """Train the same seeds on the fast path and in float32, and write a table of their accuracies.

    runs_dir: folder of run records
    also: folder of further records, if there is one; its runs are compared where `runs_dir` lacks them
    out: file of the table
    jobs: runs at once; null is one per core on a CPU and 1 on a GPU
    table_only: train nothing
    strict: stop at a damaged record instead of leaving it out
    """
    failures = []
    if not table_only:
        from studies.train import train_experiment  # imports torch; --help and the table do without it

        failures = train_experiment("parity", runs_dir, jobs, scale="paper")
    folders = [also, runs_dir] if also.is_dir() else [runs_dir]
    runs = {run.identity: run for folder in folders for run in load_all(folder, strict)}
    replace_file(out, page(runs.values()))
    print(out)
    return 1 if failures else 0


if __name__ == "__main__":
    run_script(main)
