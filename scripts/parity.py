"""Train the same seeds on the fast path and in float32 eager, and compare their accuracy.

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
    out: Path = Path("results/tables/parity.md"),
    jobs: int | None = None,
    table_only: bool = False,
    strict: bool = False,
) -> int:
    """Train the same seeds on the fast path and in float32 eager, and write a table of their accuracies.

    runs_dir: folder of run records
    out: file of the table
    jobs: runs at once; null is one per core on a CPU and 1 on a GPU
    table_only: train nothing
    strict: stop at a damaged record instead of leaving it out
    """
    failures = []
    if not table_only:
        from studies.train import train_experiment  # imports torch; --help and the table do without it

        failures = train_experiment("parity", runs_dir, jobs, scale="paper")
    replace_file(out, page(load_all(runs_dir, strict)))
    print(out)
    return 1 if failures else 0


if __name__ == "__main__":
    run_script(main)
