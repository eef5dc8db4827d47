"""Ranks a sweep's choices of parameters: sl choose runs_dir=results/search/runs."""

from pathlib import Path

from sl.command_line import run_script
from sl.errors import UserError
from sl.record import load_all
from sl.search.rank import listing, rankings
from sl.search.validation import validated, with_holdout


def main(
    runs_dir: Path = Path("results/search/runs"),
) -> None:
    """Rank parameters by accuracy on held-out noisy labels.

    runs_dir: folder of run records
    """
    found = rankings(map(validated, with_holdout(load_all(runs_dir))))
    if not found:
        raise UserError("runs_dir", runs_dir, "no finished run in it has a holdout, which a choice is made by")
    for ranking in found:
        print("\n".join(listing(ranking)), flush=True)


def run() -> None:
    """Begin with what the command line says."""
    run_script(main)
