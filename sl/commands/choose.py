"""Ranks a sweep's choices of parameters: sl choose runs_dir=results/search/runs."""

from pathlib import Path

from sl.comparison.sweeps import sweeps
from sl.errors import UserError
from sl.numbers import plural
from sl.record import load_all
from sl.search.rank import listing, rankings
from sl.search.validation import validated, with_holdout
from sl.tables.sweep import text

NO_HOLDOUT = (
    "No finished run has a holdout, so nothing is chosen: this is what the clean test labels say. "
    "Train the same sweep with holdout=0.1 to rank it by noisy labels alone."
)


def main(runs_dir: Path = Path("results/search/runs"), strict: bool = False) -> None:
    """Rank parameters by accuracy on held-out noisy labels.

    Runs without a holdout have no such accuracy: their points are shown by test accuracy, and nothing is chosen.

    runs_dir: folder of run records
    strict: stop at a damaged record instead of leaving it out
    """
    runs = load_all(runs_dir, strict)
    found = rankings(map(validated, with_holdout(runs)))
    found_sweeps = [] if found else sweeps(runs)
    if not found and not found_sweeps:
        train = f"sl train -m ... loss=sl loss.alpha=0.1,1 holdout=0.1 runs_dir={runs_dir}, or sl search"
        rule = f"holds no finished run with a holdout and no sweep; to train some: {train}"
        raise UserError("runs_dir", runs_dir, rule)
    if found_sweeps:
        print(NO_HOLDOUT)
    for sweep in found_sweeps:
        print("\n".join(["", *text(sweep)]), flush=True)
    for ranking in found:
        print("\n".join(listing(ranking)), flush=True)
    if found and (lost := sum(run.diverged and bool(run.holdout) for run in runs)):
        print(f"{plural(lost, 'run')} with a holdout diverged: their parameters are not ranked", flush=True)
