"""Writes the tables from the recorded runs: python scripts/tables.py [--runs results/runs] [--out results/tables]."""

import argparse
from pathlib import Path

from sl.errors import run_script
from sl.record import load_all
from sl.tables import load, write_all
from sl.tables.readme import block, fill


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the tables of the recorded runs beside published figures.")
    parser.add_argument("--runs", type=Path, default=Path("results/runs"), help="folder of run records (%(default)s)")
    parser.add_argument("--paper", type=Path, default=Path("results/paper"), help="published figures (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path("results/tables"), help="folder to write to (%(default)s)")
    parser.add_argument("--readme", type=Path, help="also rewrite the results in this README")
    options = parser.parse_args()
    runs = load_all(options.runs)
    for line in write_all(runs, load(options.paper), options.out):
        print(line, flush=True)
    if options.readme:
        print(fill(options.readme, block(runs)))


if __name__ == "__main__":
    run_script(main)
