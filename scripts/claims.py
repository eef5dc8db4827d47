"""Tests the paper's claims on the recorded runs: python scripts/claims.py [--runs results/runs] [--out results]."""

import argparse
from pathlib import Path

from sl.claims import Literature, write_all
from sl.errors import run_script
from sl.record import load_all
from sl.tables.published import load, load_classes


def main() -> None:
    parser = argparse.ArgumentParser(description="Test every claim of the paper that the recorded runs allow.")
    parser.add_argument("--runs", type=Path, default=Path("results/runs"), help="folder of run records (%(default)s)")
    parser.add_argument("--paper", type=Path, default=Path("results/paper"), help="published figures (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path("results"), help="folder to write to (%(default)s)")
    options = parser.parse_args()
    literature = Literature(load(options.paper), load_classes(options.paper))
    for line in write_all(load_all(options.runs), literature, options.out):
        print(line, flush=True)


if __name__ == "__main__":
    run_script(main)
