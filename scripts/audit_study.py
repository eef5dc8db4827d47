"""Measure how well audits find wrong labels where the truth is known; docs/audit.md shows the outcome.

python scripts/audit_study.py --cells 'digits, symmetric 20 %'   (without --cells: all but CIFAR-10N)
"""

import argparse
from pathlib import Path

from sl.command_line import run_script
from sl.errors import UserError


def main() -> None:
    parser = argparse.ArgumentParser(description="Audit labels with known errors by CE, GCE and SL, three seeds.")
    parser.add_argument("--cells", nargs="+", help="settings to run, by name; a wrong name lists them")
    parser.add_argument("--results", type=Path, default=Path("results/audit_study"), help="records (%(default)s)")
    parser.add_argument("--work", type=Path, default=Path("results/audit/study"), help="runs, networks (%(default)s)")
    parser.add_argument("--page", type=Path, default=Path("docs/audit.md"), help="page to fill (%(default)s)")
    parser.add_argument("--table-only", action="store_true", help="train nothing, only rewrite the page's table")
    parser.add_argument("--threads", type=int, default=1, help="threads of a run (%(default)s)")
    options = parser.parse_args()
    from sl.audit.study import CELLS, run_study  # imports torch; --help does without it
    from sl.audit.study_page import write_page

    cells = options.cells or [cell for cell in CELLS if not cell.startswith("CIFAR")]
    for cell in cells:
        if cell not in CELLS:
            raise UserError("cells", cell, f"must be one of {'; '.join(CELLS)}")
    if not options.table_only:
        run_study(cells, options.results, options.work, options.threads)
    print(write_page(options.results, options.page), flush=True)


if __name__ == "__main__":
    run_script(main)
