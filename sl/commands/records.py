"""Checks run records, or gives older ones a checksum: sl records runs_dir=results seal=true."""

import sys
from pathlib import Path

from sl.record.check import check_all, seal_all


def main(
    runs_dir: Path = Path("results"),
    seal: bool = False,
) -> int:
    """Read every run record; exit code 1 where one is damaged.

    runs_dir: folder of run records, at any depth
    seal: give finished records of older versions the checksum that they lack
    """
    if seal:
        print(seal_all(runs_dir))
    report = check_all(runs_dir)
    print(report.summary)
    for line in report.damaged:
        print(line, file=sys.stderr)
    return 1 if report.damaged else 0
