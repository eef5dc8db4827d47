"""Tests the paper's claims on the recorded runs: python scripts/claims.py [--readme README.md]."""

import argparse
from pathlib import Path

from sl.claims import Literature, write_all
from sl.claims.page import findings
from sl.errors import run_script
from sl.record import load_all
from sl.tables.published import load, load_classes
from sl.tables.readme import fill


def main() -> None:
    parser = argparse.ArgumentParser(description="Test every claim of the paper that the recorded runs allow.")
    parser.add_argument("--runs", type=Path, default=Path("results/runs"), help="folder of run records (%(default)s)")
    parser.add_argument("--paper", type=Path, default=Path("results/paper"), help="published figures (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path("results"), help="folder to write to (%(default)s)")
    parser.add_argument("--readme", type=Path, help="also rewrite the findings in this README")
    options = parser.parse_args()
    literature = Literature(load(options.paper), load_classes(options.paper))
    found = write_all(load_all(options.runs), literature, options.out)
    print(f"{options.out / 'claims.md'} and .json")
    if options.readme:
        print(fill(options.readme, findings(found), "findings"))


if __name__ == "__main__":
    run_script(main)
