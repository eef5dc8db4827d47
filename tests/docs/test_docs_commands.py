"""Every command that the documentation shows is one that works: composed, parsed, or a target of the Makefile."""

import fnmatch
import importlib
import re
import shlex
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from fences import PAGES, ROOT, blocks
from hydra import compose
from packaging.requirements import Requirement

from sl.command_line import read_options
from sl.commands import COMMANDS
from sl.config.compose import compose_config, compose_run, hydra_ready
from sl.extras import MODULES
from sl.options.reproduce import ReproduceConfig
from sl.reproduce.command import check_options
from sl.reproduce.experiment import parse_seeds

COMPOSED = {"train": "config", "reproduce": "reproduce", "search": "search", "audit": "audit"}
INLINE = re.compile(r"`((?:sl|make|pip|python) [^`]*)`")
TARGETS = set(re.findall(r"^([a-z0-9-]+)(?= |:)", (ROOT / "Makefile").read_text(), re.MULTILINE))
# What belongs to a shell, to other programs, or to a checkout, and is nothing that this project can take apart
OTHERS = (". .venv/bin", "python -m venv", "python -c", "wandb ", "tmux", "git ", "cd ", "cp ")
MADE_UP = ("my_loss", "mypackage", "loss.strength")
SOURCES = {".py", ".js", ".html", ".yaml"}
EXTRAS = {*MODULES, "slurm", "all", "dev", "adapters", "docs"}


def commands(page: Path) -> Iterator[str]:
    """The command lines of a page: of shell blocks, of indented blocks and between backticks."""
    for block in blocks(page):
        if block.language in ("sh", "bash", "indented"):
            for line in block.text.replace("\\\n", " ").splitlines():
                if line.strip() and not line.lstrip().startswith("#"):
                    yield line
    yield from INLINE.findall(re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL))


def test_the_package_names_its_commands_as_they_are_installed() -> None:
    """Not by the files of a checkout, which users of the package do not have."""
    of_checkout = re.compile(rf"(?:scripts/|``)(?:{'|'.join(COMMANDS)})\.py\b.*")
    sources = [path for folder in ("sl", "configs") for path in (ROOT / folder).rglob("*.*") if path.suffix in SOURCES]
    assert {".py", ".js", ".yaml"} <= {path.suffix for path in sources}
    found = {(path.name, *of_checkout.findall(path.read_text(encoding="utf-8"))) for path in sources}
    assert {one for one in found if len(one) > 1} == set()


SHOWN = [(page.name, line) for page in PAGES for line in dict.fromkeys(commands(page)) if not line.startswith(OTHERS)]


@pytest.mark.parametrize(("page", "line"), SHOWN, ids=[f"{page}: {line[:60]}" for page, line in SHOWN])
def test_a_shown_command_works(page: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.savetxt(tmp_path / "T.csv", np.eye(10), delimiter=",")
    words = shlex.split(line, comments=True)
    if words[0] == "sl":
        check_command(words[1], words[2:])
    elif words[0] == "python" and words[1].startswith(("scripts/", "tests/")):
        assert (ROOT / words[1]).is_file()
    elif words[:2] == ["python", "-m"]:
        assert find_spec(words[2]) is not None
    elif words[0] == "make":
        assert all(fnmatch.filter(TARGETS, word) for word in words[1:] if "=" not in word)
    else:
        assert words[:2] == ["pip", "install"], f"{page} shows a command that no test knows: {line}"
        check_installation(words[-1])


def check_command(name: str, arguments: list[str]) -> None:
    """Fails unless the command `name` takes these arguments."""
    assert name in COMMANDS or name in ("--help", "--version", "COMMAND")
    options = [word for word in arguments if not word.startswith("-")]
    if name == "reproduce":
        check_reproduction(options)
    elif name == "track":
        compose_only(options)
    elif name in ("train", "search", "audit"):
        runs = [options] if "-m" not in arguments else [first_of_lists(options)]
        for run in runs:
            own = [word for word in run if not any(made_up in word for made_up in MADE_UP) and "hydra" not in word]
            compose_run([word for word in own if word != "my/configs"], {"train": "config"}.get(name, name))
    elif name in COMMANDS and arguments and arguments != ["--help"]:  # a name alone is a mention
        read_options(importlib.import_module(f"sl.commands.{name}").main, arguments)


def compose_only(options: list[str]) -> None:
    """Fails unless `sl track` has these options; they say which of many runs, so that it is no run's configuration."""
    with hydra_ready():
        compose("track", overrides=options)


def first_of_lists(options: list[str]) -> list[str]:
    """The first run of a sweep."""
    pairs = [word.partition("=") for word in options]
    return [f"{name}={value.split(',')[0]}" for name, _, value in pairs if not re.search(r"[(\[{]", value)]


def check_reproduction(options: list[str]) -> None:
    """Fails unless `sl reproduce` takes these options with their values."""
    if options and options != ["status"]:  # the name alone is a mention
        config = compose_config(options, "reproduce")
        assert isinstance(config, ReproduceConfig)
        check_options(config)
        parse_seeds(config.seeds)


def check_installation(word: str) -> None:
    """Fails unless the extras that are installed exist."""
    if word.startswith("."):
        word = f"sl-noisy-labels{word[1:]}"
    assert Requirement(word).extras <= EXTRAS
