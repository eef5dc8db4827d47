"""Losses and noise models need torch and numpy alone, and what reads records needs no torch; neither the trainer."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sl.extras import MODULES

ROOT = Path(__file__).parents[1]
SCRIPT = """
import json, sys, time
import torch
before, start = set(sys.modules), time.process_time()
import {module}
seconds = time.process_time() - start
print(json.dumps([seconds, sorted(set(sys.modules) - before)]))
"""
ALLOWED = {"sl", "torch", "numpy", *sys.stdlib_module_names}
HELPERS = {f"sl.{path.stem}" for path in (ROOT / "sl").glob("*.py")}  # checks, errors, ...
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


READ = """
import sys
for name in {hidden}:
    sys.modules[name] = None
import {modules}
assert "torch" not in sys.modules
assert {{name for name in sys.modules if name.startswith(("sl.config.", "sl.options."))}} == {light}
print(*sorted({{name.split(".")[1] for name in sys.modules if name.startswith("sl.")}}))
"""
READERS = ("claims", "figures", "figures.sweep", "report", "search.rank", "tables")
LIGHT = {"sl.config.files", "sl.config.flat", "sl.config.stated", "sl.options.held_out"}  # YAML files, a fold's check
WITH_OTHERS = {"cloudpickle", "joblib", "PIL"}  # scikit-learn and matplotlib bring them


def test_what_reads_records_needs_the_extra_results_alone() -> None:
    hidden = {*MODULES["train"]} - {*MODULES["results"]} - WITH_OTHERS
    script = READ.format(hidden=sorted(hidden), light=LIGHT, modules=", ".join(f"sl.{name}" for name in READERS))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {*done.stdout.split()} & {path.parent.name for path in ROOT.glob("sl/*/__init__.py")} == {
        *("claims", "comparison", "config", "figures", "options", "record", "report", "search", "tables")
    }


RUN = """
import sys
from sl.train.device import apply_runtime, resolve_runtime
from sl.options.run import RuntimeConfig
import torch
for deterministic in (False, True):
    apply_runtime(resolve_runtime(RuntimeConfig("cpu", "auto", "auto", deterministic, 1)))
    print(torch.are_deterministic_algorithms_enabled(), "torch._dynamo" in sys.modules)
"""


def test_a_run_with_the_usual_runtime_imports_no_compiler() -> None:
    """PyTorch imports its own to be told whether to be deterministic; that takes two seconds."""
    done = subprocess.run([sys.executable, "-c", RUN], capture_output=True, text=True, check=True)
    usual, deterministic = done.stdout.splitlines()
    assert usual == "False False"
    assert deterministic.split()[0] == "True"


def test_only_the_configuration_knows_what_it_is_composed_with() -> None:
    """Beyond sl/config a configuration is a typed object: nothing imports OmegaConf."""
    sources = [path for folder in ("sl", "scripts") for path in sorted((ROOT / folder).rglob("*.py"))]
    assert len(sources) > 100
    found = {
        str(path.relative_to(ROOT))
        for path in sources
        if re.search(r"import.*omegaconf|omegaconf.*import", path.read_text())
    }
    assert {name for name in found if not name.startswith("sl/config/")} == set()
    assert found
