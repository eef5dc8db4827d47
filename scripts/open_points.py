"""Train what the published descriptions leave open, one point at a time, and rewrite docs/reproduction-notes.md.

python scripts/open_points.py --seeds 0
python scripts/open_points.py --table-only
"""

import argparse
import sys
from pathlib import Path

from sl.errors import run_script
from sl.record import load_all
from sl.tables.open_points import block
from sl.tables.readme import fill

PAGE = Path("docs/reproduction-notes.md")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, default=Path("results/runs"), help="the usual runs (%(default)s)")
    parser.add_argument(
        "--changed", type=Path, default=Path("results/open_points/runs"), help="runs with a point changed (%(default)s)"
    )
    parser.add_argument("--page", type=Path, default=PAGE, help="page with the marks (%(default)s)")
    parser.add_argument("--scale", choices=("auto", "cpu", "paper"), default="auto", help="auto: paper on a GPU")
    parser.add_argument("--seeds", type=int, nargs="+", help="instead of those of the experiment")
    parser.add_argument("--jobs", type=int, default=None, help="runs at once (one per core on a CPU, 1 on a GPU)")
    parser.add_argument("--table-only", action="store_true", help="train nothing")
    options = parser.parse_args()
    failures = []
    if not options.table_only:
        from sl.reproduce.apart import train_apart  # imports torch; --help and the table do without it

        failures = train_apart("open_points", options.changed, options.jobs, options.scale, options.seeds)
    for failure in failures:
        print(f"sl: failed: {failure}", file=sys.stderr)
    print(fill(options.page, block(load_all(options.runs), load_all(options.changed))))
    return 1 if failures else 0


if __name__ == "__main__":
    run_script(main)
