"""Measure training speed on this machine beside the usual PyTorch loop, and write it to results/bench.

python scripts/bench.py
python scripts/bench.py --ablation
python scripts/bench.py --tables
"""

import argparse
from pathlib import Path

from sl.errors import UserError, run_script

DEFAULT_CASES = ("cnn8", "cnn4")
PAGES = Path("docs/speed.md"), Path("README.md")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ablation", action="store_true", help="measure what each technique brings instead")
    parser.add_argument("--tables", action="store_true", help="measure nothing; rewrite the tables of docs and README")
    parser.add_argument("--cases", nargs="+", choices=(*DEFAULT_CASES, "digits"), default=DEFAULT_CASES)
    parser.add_argument("--rounds", type=int, default=5, help="rounds, each with every contender (%(default)s)")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each contender in a round (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path("results/bench"), help="folder to write to (%(default)s)")
    options = parser.parse_args()
    if options.rounds < 1:
        raise UserError("--rounds", options.rounds, "must be a whole number of at least 1")
    if not 0 < options.seconds < float("inf"):
        raise UserError("--seconds", options.seconds, "must be a number above 0")
    if options.tables:
        from sl.bench.report import update_pages

        print("\n".join(update_pages(options.out, *PAGES)))
        return
    from sl.bench.command import bench  # imports torch; --help does without it

    print(bench(options.cases, options.rounds, options.seconds, options.out, options.ablation))


if __name__ == "__main__":
    run_script(main)
