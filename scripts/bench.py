"""Measure training speed on this machine beside the usual PyTorch loop, and write it to results/bench.

python scripts/bench.py
python scripts/bench.py --ablation
"""

import argparse
from pathlib import Path

from sl.errors import run_script

DEFAULT_CASES = ("cnn8", "cnn4")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ablation", action="store_true", help="measure what each technique brings instead")
    parser.add_argument("--cases", nargs="+", choices=(*DEFAULT_CASES, "digits"), default=DEFAULT_CASES)
    parser.add_argument("--rounds", type=int, default=5, help="rounds, each with every contender (%(default)s)")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each contender in a round (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path("results/bench"), help="folder to write to (%(default)s)")
    options = parser.parse_args()
    from sl.bench.command import bench, bench_ablation  # imports torch; --help does without it

    run = bench_ablation if options.ablation else bench
    print(run(options.cases, options.rounds, options.seconds, options.out))


if __name__ == "__main__":
    run_script(main)
