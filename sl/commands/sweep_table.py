"""Prints and draws the points of sweeps: sl sweep_table runs_dir=results/runs out=results/sweeps."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from sl.comparison.sweeps import Sweep, sweeps
from sl.errors import UserError
from sl.figures import sweep as figure
from sl.figures.style import save_figure
from sl.files import replace_file, writing
from sl.record import load_all
from sl.tables import sweep as table


def main(runs_dir: Path = Path("results/runs"), out: Path = Path("results/sweeps"), strict: bool = False) -> None:
    """Show mean, interval and number of runs of each point of every recorded sweep, and draw a heat map or curve.

    A sweep is a set of runs of one data set, kind of noise, loss, network, recipe and scale whose options differ. The
    table is printed, and written as Markdown and CSV beside the picture.

    runs_dir: folder of run records
    out: folder to write to
    strict: stop at a damaged record instead of leaving it out
    """
    found = sweeps(load_all(runs_dir, strict))
    if not found:
        raise UserError("runs_dir", runs_dir, "must be a folder with finished runs of one loss whose options differ")
    used: dict[str, int] = {}
    for sweep in found:
        used[sweep.name] = used.get(sweep.name, 0) + 1
        name = sweep.name if used[sweep.name] == 1 else f"{sweep.name}-{used[sweep.name]}"
        print("\n".join(table.text(sweep)))
        for line in write(sweep, out / name):
            print(line, flush=True)
        print()


def write(sweep: Sweep, stem: Path) -> Iterator[str]:
    """Write `stem`.md and .csv, and .png and .svg if a number varies; yields all paths but the .svg, and notices."""
    for suffix, content in ((".md", table.markdown(sweep)), (".csv", table.comma(sweep))):
        path = stem.with_name(f"{stem.name}{suffix}")  # a name may have a dot
        with writing(stem.parent, "out"):
            replace_file(path, content)
        yield str(path)
    paths, notices = save_figure(partial(figure.draw, sweep), stem)
    yield from map(str, paths[:1])
    yield from (f"{stem}: {notice}" for notice in notices)
