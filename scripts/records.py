"""Checks run records, or gives older ones a checksum: python scripts/records.py check|seal [FOLDER ...]."""

import argparse
import sys
from pathlib import Path

from sl.errors import run_script
from sl.record.check import check_all, seal_all


def main() -> int:
    parser = argparse.ArgumentParser(description="Check run records, or add the checksum that older ones lack.")
    parser.add_argument("action", choices=["check", "seal"], help="check: say what is damaged; seal: add checksums")
    parser.add_argument("folders", nargs="*", type=Path, default=[Path("results")], help="folders of records (results)")
    options = parser.parse_args()
    if options.action == "seal":
        print(seal_all(options.folders))
        return 0
    report = check_all(options.folders)
    print(report.words)
    for line in report.damaged:
        print(line, file=sys.stderr)
    return 1 if report.damaged else 0


if __name__ == "__main__":
    run_script(main)
