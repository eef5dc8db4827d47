"""Draws the figures from the recorded runs: python scripts/figures.py [--runs results/runs] [--out results/figures]."""

import argparse
from pathlib import Path

from sl.errors import run_script
from sl.figures import draw_all
from sl.record import load_all


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw every figure that the recorded runs allow.")
    parser.add_argument("--runs", type=Path, default=Path("results/runs"), help="folder of run records (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path("results/figures"), help="folder to draw to (%(default)s)")
    options = parser.parse_args()
    for line in draw_all(load_all(options.runs), options.out):
        print(line, flush=True)


if __name__ == "__main__":
    run_script(main)
