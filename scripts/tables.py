"""Writes the tables from the recorded runs: python scripts/tables.py [--runs results/runs] [--out results/tables]."""

import argparse
import sys
from pathlib import Path

from sl.errors import UserError
from sl.record import load_all
from sl.tables import load, write_all
from sl.tables.readme import update


def main() -> int:
    parser = argparse.ArgumentParser(description="Write the tables of the recorded runs beside published figures.")
    parser.add_argument("--runs", type=Path, default=Path("results/runs"), help="folder of run records (%(default)s)")
    parser.add_argument("--paper", type=Path, default=Path("results/paper"), help="published figures (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path("results/tables"), help="folder to write to (%(default)s)")
    parser.add_argument("--readme", type=Path, help="also rewrite the results in this README")
    options = parser.parse_args()
    try:
        runs = load_all(options.runs)
        for line in write_all(runs, load(options.paper), options.out):
            print(line, flush=True)
        if options.readme:
            print(update(options.readme, runs))
    except UserError as error:
        print(f"sl: error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
