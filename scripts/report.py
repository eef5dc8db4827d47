"""Writes the report from the recorded runs: python scripts/report.py [--runs results/runs] [--out results/report]."""

import argparse
from pathlib import Path

from sl.claims import Literature
from sl.errors import run_script
from sl.record import load_all
from sl.report import write
from sl.tables.published import load, load_classes


def main() -> None:
    parser = argparse.ArgumentParser(description="Write one page with verdicts, figures, tables and the runs behind.")
    parser.add_argument("--runs", type=Path, default=Path("results/runs"), help="folder of run records (%(default)s)")
    parser.add_argument("--paper", type=Path, default=Path("results/paper"), help="published figures (%(default)s)")
    parser.add_argument("--figures", type=Path, default=Path("results/figures"), help="drawn before (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path("results/report"), help="folder to write to (%(default)s)")
    options = parser.parse_args()
    literature = Literature(load(options.paper), load_classes(options.paper))
    print(write(load_all(options.runs), literature, options.out, options.figures))


if __name__ == "__main__":
    run_script(main)
