"""Checks run records: sl records runs_dir=results."""

import sys
from pathlib import Path

from sl.record.check import check_all


def main(runs_dir: Path = Path("results")) -> int:
    """Read every run record; exit code 1 where one is damaged.

    runs_dir: folder of run records, at any depth
    """
    report = check_all(runs_dir)
    print(report.summary)
    for line in report.damaged:
        print(line, file=sys.stderr)
    return 1 if report.damaged else 0
