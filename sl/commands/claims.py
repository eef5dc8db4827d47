"""Tests the paper's claims on the recorded runs: sl claims runs_dir=results/runs out=results."""

from pathlib import Path

from sl.claims.findings import findings
from sl.claims.page import write_all
from sl.claims.tally import tally
from sl.paths import PUBLISHED
from sl.record import load_all
from sl.tables import load
from sl.tables.marks import fill


def main(
    runs_dir: Path = Path("results/runs"),
    paper: Path = PUBLISHED,
    out: Path = Path("results"),
    readme: Path | None = None,
    strict: bool = False,
) -> None:
    """Test every claim of the paper that the recorded runs allow.

    runs_dir: folder of run records
    paper: folder of published figures
    out: folder to write to
    readme: README whose findings are rewritten too
    strict: stop at a damaged record instead of leaving it out
    """
    found = write_all(load_all(runs_dir, strict), load(paper), out)
    print(f"{out / 'claims.md'} and .json")
    if readme:
        print(fill(readme, tally(found), "verdicts"))
        print(fill(readme, findings(found), "findings"))
