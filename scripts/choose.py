"""Ranks a sweep's choices of parameters: python scripts/choose.py [--runs results/search/runs]."""

import argparse
from pathlib import Path

from sl.errors import UserError, run_script
from sl.record import load_all
from sl.search.rank import listing, rankings
from sl.search.validation import validated, with_holdout


def main() -> None:
    parser = argparse.ArgumentParser(description="Rank parameters by accuracy on held-out noisy labels.")
    parser.add_argument("--runs", type=Path, default=Path("results/search/runs"), help="run records (%(default)s)")
    options = parser.parse_args()
    found = rankings(map(validated, with_holdout(load_all(options.runs))))
    if not found:
        raise UserError(f"runs={options.runs}: no finished run in it has a holdout, which a choice is made by")
    for ranking in found:
        print("\n".join(listing(ranking)), flush=True)


if __name__ == "__main__":
    run_script(main)
