"""Writes the tables from the recorded runs: sl tables runs_dir=results/runs out=results/tables."""

from pathlib import Path

from sl.paths import PUBLISHED
from sl.record import load_all
from sl.tables import load, write_all
from sl.tables.marks import fill


def main(
    runs_dir: Path = Path("results/runs"),
    paper: Path = PUBLISHED,
    out: Path = Path("results/tables"),
    readme: Path | None = None,
    strict: bool = False,
) -> None:
    """Write the tables of the recorded runs beside published figures.

    runs_dir: folder of run records
    paper: folder of published figures
    out: folder to write to
    readme: README whose results are rewritten too
    strict: stop at a damaged record instead of leaving it out
    """
    runs = load_all(runs_dir, strict)
    for line in write_all(runs, load(paper), out):
        print(line, flush=True)
    if readme:
        from sl.tables.readme import block, first_picture  # brings matplotlib, which takes half a second

        print(fill(readme, first_picture(runs), "picture"))
        print(fill(readme, block(runs)))
