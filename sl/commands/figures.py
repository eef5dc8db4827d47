"""Draws the figures from the recorded runs: sl figures runs_dir=results/runs out=results/figures."""

from pathlib import Path

from sl.figures import draw_all
from sl.record import load_all


def main(runs_dir: Path = Path("results/runs"), out: Path = Path("results/figures"), strict: bool = False) -> None:
    """Draw every figure that the recorded runs allow.

    runs_dir: folder of run records
    out: folder to draw to
    strict: stop at a damaged record instead of leaving it out
    """
    for line in draw_all(load_all(runs_dir, strict), out):
        print(line, flush=True)
