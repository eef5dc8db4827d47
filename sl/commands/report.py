"""Writes the report from the recorded runs: sl report runs_dir=results/runs out=results/report."""

from pathlib import Path

from sl.errors import UserError
from sl.paths import PUBLISHED
from sl.record import load_all
from sl.report.write import write
from sl.tables import load


def main(
    runs_dir: Path = Path("results/runs"),
    paper: Path = PUBLISHED,
    figures: Path = Path("results/figures"),
    audits: Path = Path("results/audit"),
    out: Path = Path("results/report"),
    strict: bool = False,
) -> None:
    """Write one page with verdicts, figures, tables and the runs behind them.

    runs_dir: folder of run records
    paper: folder of published figures
    figures: folder of figures that were drawn before
    audits: folder of audits of own data
    out: folder to write to
    strict: stop at a damaged record instead of leaving it out
    """
    runs = load_all(runs_dir, strict)
    if not runs:
        raise UserError("runs_dir", runs_dir, "must hold a run record")
    print(write(runs, load(paper), out, figures, audits))
