"""Train the same seeds on the fast path and in float32 eager, and compare their accuracy.

python scripts/parity.py
python scripts/parity.py --table-only
"""

import argparse
import sys
from pathlib import Path

from sl.bench.parity import page
from sl.errors import run_script
from sl.record import load_all


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, default=Path("results/parity/runs"), help="run records (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path("results/tables/parity.md"), help="table (%(default)s)")
    parser.add_argument("--jobs", type=int, default=None, help="runs at once (one per core on a CPU, 1 on a GPU)")
    parser.add_argument("--table-only", action="store_true", help="train nothing")
    options = parser.parse_args()
    failures = []
    if not options.table_only:
        from sl.reproduce.apart import train_apart  # imports torch; --help and the table do without it

        failures = train_apart("parity", options.runs, options.jobs, scale="paper")
    for failure in failures:
        print(f"sl: failed: {failure}", file=sys.stderr)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(page(load_all(options.runs)), encoding="utf-8")
    print(options.out)
    return 1 if failures else 0


if __name__ == "__main__":
    run_script(main)
