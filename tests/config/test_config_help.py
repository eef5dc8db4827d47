"""What commands say of themselves, and that saying it takes no torch."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf

from sl.config.groups import GROUPS, choices
from sl.config.help import first_sentence
from sl.paths import CONFIG_DIR

Command = Callable[..., Any]  # returns an Outcome (conftest.py)


def test_help_says_what_there_is(train: Command) -> None:
    outcome = train("--help")
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert sum(line.startswith("  sl train ") for line in lines) == 2
    for group in GROUPS:
        start = lines.index(f"{group}=")
        for choice in choices(group):
            assert any(line[4:].split()[0] == choice for line in lines[start:] if line[4:].strip())
    assert "  * sl " in outcome.out
    assert "seed: 0 # weights" in outcome.out
    assert "data_dir: ${oc.env:SL_DATA_DIR,data} # where" in outcome.out
    assert "  batch_size: 128" in lines


def test_help_follows_the_choices(train: Command) -> None:
    assert "  rate: 0.4" in train("--help", "noise=symmetric").out.splitlines()


@pytest.mark.parametrize("group", GROUPS)
def test_every_choice_says_what_it_is_in_a_sentence(group: str) -> None:
    for choice in choices(group):
        assert 10 < len(first_sentence((CONFIG_DIR / group / f"{choice}.yaml").read_text())) < 250, choice


def test_cfg_prints_the_composed_run(train: Command) -> None:
    outcome = train("--cfg", "job", "dataset=cifar10", "noise=symmetric", "noise.rate=0.2", "loss=gce", "seed=3")
    printed = OmegaConf.create(outcome.out)
    assert outcome.code == 0
    assert (printed.recipe.epochs, printed.noise.rate, printed.loss.q, printed.seed) == (120, 0.2, 0.7, 3)
    assert "hydra" not in printed


def test_cfg_resolves(train: Command) -> None:
    printed = OmegaConf.create(train("--cfg", "job", "--resolve", "recipe.sl.alpha=0.5").out)
    assert printed.loss.alpha == 0.5


@pytest.mark.parametrize(
    ("script", "arguments"),
    [("train", ("--help",)), ("train", ("recipe.epohcs=3",)), ("reproduce", ("--help",)), ("search", ("--help",))],
)
def test_torch_is_not_needed_to_help(script: str, arguments: tuple[str, ...], tmp_path: Path) -> None:
    """Importing it takes seconds. In a process of its own, where nothing else has imported it."""
    code = f"""
import atexit, runpy, sys
atexit.register(lambda: print("torch" in sys.modules))
sys.path.insert(0, {str(CONFIG_DIR.parent)!r})
runpy.run_path({str(CONFIG_DIR.parent / "scripts" / f"{script}.py")!r}, run_name="__main__")
"""
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "False"
    assert done.returncode == (0 if arguments == ("--help",) else 2)
