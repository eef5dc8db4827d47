"""Test another implementation of a loss: sl conformance torch.nn:CrossEntropyLoss."""

from sl.command_line import run_script
from sl.conformance.__main__ import main


def run() -> None:
    """Begin with what the command line says."""
    run_script(main)
