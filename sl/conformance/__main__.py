"""The command: checks an implementation, or with --write makes results/conformance/losses.json."""

import argparse
import os
import sys
from pathlib import Path

from sl.command_line import run_script
from sl.conformance.catalogue import LOSSES
from sl.conformance.implementation import ARRAYS, Implementation, load
from sl.conformance.verdict import check
from sl.errors import UserError

HELP = """Says which loss an implementation computes, and which known mistake it makes.

  python -m sl.conformance torch.nn:CrossEntropyLoss
  python -m sl.conformance mypackage.losses:SCELoss alpha=0.1 beta=1 --loss sl

The target is called with logits (N, K) and labels (N,), K = 2, 10, 100, and returns () or (N,). A class is built first:
parameters go to it if it takes them, and num_classes. Exit code 0: it conforms; 1: it does not; 2: it cannot be tried.
"""


def main() -> int:
    """Parse the command line, check, print what was found."""
    parser = argparse.ArgumentParser("sl.conformance", None, HELP, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("target", nargs="?", help="package.module:Name of a class or function")
    parser.add_argument("parameters", nargs="*", help="name=number, for the class and for the formulas")
    parser.add_argument("--loss", choices=[*LOSSES], help="try this loss alone (all)")
    parser.add_argument("--arrays", choices=[*ARRAYS], help="what the target is given (whatever it takes)")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the values of every loss, and stop")
    given = parser.parse_args()
    if given.write:
        from sl.conformance.table import write  # here: it needs torch

        write(given.write)
        return 0
    if not given.target:
        parser.error("a target is required: package.module:Name")
    parameters = dict(_number(text) for text in given.parameters)
    sys.path.insert(0, os.getcwd())
    implementation = Implementation(load(given.target), parameters, given.arrays)
    verdict = check(implementation, [given.loss] if given.loss else LOSSES, parameters)
    print(f"{given.target}: {'conforms' if verdict.conforms else 'does NOT conform'}")
    print("\n".join(f"  {line}" for line in verdict.lines))
    return 0 if verdict.conforms else 1


def _number(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name, float(value)
    except ValueError:
        raise UserError(name, value, "must be a number") from None


if __name__ == "__main__":
    run_script(main)
