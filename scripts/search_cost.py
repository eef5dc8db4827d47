"""Rewrite the measured part of the page on choosing parameters by noisy labels, and the list of all points.

python scripts/search_cost.py results_dir=results/search
"""

from pathlib import Path

from sl.command_line import run_script
from sl.files import replace_file
from sl.record import load_all
from sl.tables.marks import fill
from studies.search.page import block, points_page, searches_in


def main(
    results_dir: Path = Path("results/search"),
    page: Path = Path("docs/choosing-parameters.md"),
    strict: bool = False,
) -> None:
    """Rewrite the measured part of a page from the records of searches.

    results_dir: folder with outcomes of searches and, at any depth, their records
    page: Markdown page with the marks between which the tables are written
    strict: stop at a damaged record instead of leaving it out
    """
    runs = load_all(results_dir, strict, "results_dir")
    print(fill(page, block(runs, searches_in(results_dir))))
    replace_file(results_dir / "points.md", points_page(runs))


if __name__ == "__main__":
    run_script(main)
