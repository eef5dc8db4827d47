"""What the package declares: few base dependencies, extras that bring what the code imports, one version."""

import ast
import importlib
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import sl
from sl.commands import COMMANDS
from sl.extras import DISTRIBUTION, MODULES, missing

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
STUDIES = ROOT / "scripts" / "studies"  # started from a checkout alone
BASE = {"torch", "numpy"}
OF_OTHERS = {"yaml": "omegaconf", "sqlalchemy": "optuna"}  # modules that come with another package


def requirements(extra: str) -> dict[str, Requirement]:
    """What an extra brings, with what the extras in it bring."""
    found = {}
    for requirement in map(Requirement, EXTRAS[extra]):
        if requirement.name == DISTRIBUTION:
            for inner in requirement.extras:
                found.update(requirements(inner))
        else:
            found[canonicalize_name(requirement.name)] = requirement
    return found


@cache
def imports() -> set[tuple[str, Path]]:
    """Every module that is not this project's nor Python's own, with the file that imports it."""
    found = set()
    for path in [*(ROOT / "sl").rglob("*.py"), *(ROOT / "scripts").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for top in {name.partition(".")[0] for name in names} - {"sl", "studies", *sys.stdlib_module_names}:
                found.add((top, path))
    return found


def test_the_base_is_torch_and_numpy() -> None:
    assert {Requirement(line).name for line in PROJECT["dependencies"]} == BASE


def test_every_import_is_in_an_extra_that_brings_it() -> None:
    distributions = packages_distributions()
    imported = {name for name, path in imports() if not path.is_relative_to(STUDIES)} - BASE
    assert imported <= {module for modules in MODULES.values() for module in modules}
    for extra, modules in MODULES.items():
        for module in {*modules} & imported:
            bringing = {OF_OTHERS.get(module), *(canonicalize_name(name) for name in distributions[module])}
            assert bringing & requirements(extra).keys(), f"{extra}: {module}"


def test_what_the_studies_import_comes_with_the_extra_dev() -> None:
    distributions, brought = packages_distributions(), requirements("dev").keys()
    imported = {name for name, path in imports() if path.is_relative_to(STUDIES)} - BASE
    assert "psutil" in imported
    assert {name for name in imported if not brought & {*map(canonicalize_name, distributions[name])}} == set()


@pytest.mark.parametrize("folder", ["losses", "noise", "conformance", "evaluate.py"])
def test_the_base_is_enough_for_the_parts_people_use(folder: str) -> None:
    assert {name for name, path in imports() if path.is_relative_to(ROOT / "sl" / folder)} <= BASE


def test_requirements_are_the_whole() -> None:
    lines = (line for line in (ROOT / "requirements.txt").read_text().splitlines() if not line.startswith("#"))
    whole = {str(Requirement(line)) for line in [*PROJECT["dependencies"], *map(str, requirements("all").values())]}
    assert {str(Requirement(line)) for line in lines} == whole


def test_the_oldest_versions_are_those_that_are_allowed() -> None:
    lines = (ROOT / "constraints" / "oldest.txt").read_text().partition("# Not asked for")[0].splitlines()
    pinned = {Requirement(line) for line in lines if not line.startswith("#")}
    whole = [*map(Requirement, PROJECT["dependencies"]), *requirements("all").values()]
    least = {wanted.name: Version(at.version) for wanted in whole for at in wanted.specifier if at.operator == ">="}
    assert {pin.name: Version(at.version) for pin in pinned for at in pin.specifier} == least


def test_commands_name_extras_that_exist() -> None:
    assert {extra for command in COMMANDS.values() for extra in command.extras} <= EXTRAS.keys()
    assert set(MODULES) <= EXTRAS.keys()


def test_what_no_extra_brings_is_not_explained() -> None:
    assert missing(ModuleNotFoundError(name="somebodys_loss"), ["train"]) is None
    line = missing(ModuleNotFoundError(name="cleanlab.rank"), ["train", "results"])
    assert line == "cleanlab is not installed: pip install 'sl-noisy-labels[audit]'"


@pytest.mark.parametrize(
    ("command", "imports", "package", "absent"),
    [("audit", "sl.audit.estimate", "cleanlab", "cleanlab.count"), ("search", "sl.search.study", "optuna", "optuna")],
)
def test_a_command_without_its_package_says_what_to_install(
    command: str, imports: str, package: str, absent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, absent, None)
    monkeypatch.delitem(sys.modules, imports, raising=False)
    with pytest.raises(ModuleNotFoundError) as caught:
        importlib.import_module(imports)
    line = missing(caught.value, COMMANDS[command].extras)
    assert line == f"{package} is not installed: pip install 'sl-noisy-labels[{command}]'"


def test_version_and_changes_agree() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text()
    newest = re.search(r"^## (\S+)", changes, re.MULTILINE)
    assert newest is not None
    assert newest[1] == sl.__version__
    assert "version" in PROJECT["dynamic"]
    assert "version" not in PROJECT
