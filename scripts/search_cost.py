"""Rewrites what choosing parameters by noisy labels costs: python scripts/search_cost.py [--results results/search]."""

import argparse
from pathlib import Path

from sl.errors import run_script
from sl.record import load_all
from sl.search.page import block, searches_in
from sl.tables.readme import fill

PAGE = Path("docs/choosing-parameters.md")


def main() -> None:
    parser = argparse.ArgumentParser(description="Rewrite the measured part of a page from the records of searches.")
    parser.add_argument("--results", type=Path, default=Path("results/search"), help="outcomes and runs (%(default)s)")
    parser.add_argument("--page", type=Path, default=PAGE, help="page with the marks (%(default)s)")
    options = parser.parse_args()
    print(fill(options.page, block(load_all(options.results / "runs"), searches_in(options.results))))


if __name__ == "__main__":
    run_script(main)
