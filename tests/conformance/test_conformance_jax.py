"""The kit on losses written with JAX, whose arrays are neither PyTorch's nor NumPy's.

In a process of its own: JAX starts threads, and warns where a later test forks.
"""

import os
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

INSTALLED = any(found.name == "jax" for found in distributions())
pytestmark = pytest.mark.skipif(not INSTALLED, reason="jax is not installed: pip install jax")
ROOT = Path(__file__).parents[2]


def conformance(loss: str) -> subprocess.CompletedProcess[str]:
    """What `sl conformance` says of a loss in jax_losses.py."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{Path(__file__).parent}"}
    command = [sys.executable, "-m", "sl", "conformance", f"jax_losses:{loss}"]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.mark.parametrize("loss", ["symmetric", "compiled"])
def test_a_right_one_conforms(loss: str) -> None:
    done = conformance(loss)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "computes sl (alpha 0.1" in done.stdout


def test_the_missing_softmax_is_convicted() -> None:
    done = conformance("without_softmax")
    assert done.returncode == 1, done.stderr
    assert "MISTAKE: softmax missing inside RCE" in done.stdout
