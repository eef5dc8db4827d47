"""Importing a loss or a noise model brings torch and numpy, and nothing of the trainer."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import json, sys, time
import torch
before, start = set(sys.modules), time.process_time()
import {module}
seconds = time.process_time() - start
print(json.dumps([seconds, sorted(set(sys.modules) - before)]))
"""
ALLOWED = {"sl", "torch", "numpy", *sys.stdlib_module_names}
HELPERS = {f"sl.{path.stem}" for path in (Path(__file__).parents[1] / "sl").glob("*.py")}  # checks, errors, ...
MOST_SECONDS = 0.05


def imported(module: str) -> tuple[float, list[str]]:
    script = SCRIPT.format(module=module)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    seconds, modules = json.loads(done.stdout)
    return seconds, modules


@pytest.mark.parametrize("module", ["sl.losses", "sl.noise"])
def test_brings_nothing_of_the_trainer(module: str) -> None:
    """The time is the processor's, and the best of three: others may use the machine."""
    seconds, modules = imported(module)
    assert {name.split(".")[0] for name in modules} <= ALLOWED
    assert {".".join(name.split(".")[:2]) for name in modules if name.startswith("sl.")} <= {module} | HELPERS
    assert seconds < MOST_SECONDS or min(imported(module)[0] for _ in range(2)) < MOST_SECONDS


def test_only_the_configuration_knows_what_it_is_composed_with() -> None:
    """Beyond sl/config a configuration is a typed object: nothing imports OmegaConf."""
    root = Path(__file__).parents[1]
    sources = [path for folder in ("sl", "scripts") for path in sorted((root / folder).rglob("*.py"))]
    assert len(sources) > 100
    found = {
        str(path.relative_to(root))
        for path in sources
        if re.search(r"import.*omegaconf|omegaconf.*import", path.read_text())
    }
    assert {name for name in found if not name.startswith("sl/config/")} == set()
    assert found
