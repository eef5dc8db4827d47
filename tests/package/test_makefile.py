"""The Makefile installs with the Pythons that the package allows and refuses others; its demo keeps to its folder."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[2]
ALLOWED = SpecifierSet(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"])
# It says that it is another version, answers what it is asked with -c, and installs nothing
PYTHON = """#!{python}
import sys
sys.version_info = ({numbers}, 0)
match sys.argv[1]:
    case "--version": print("Python {version}.0")
    case "-c": exec(sys.argv[2])
    case _: sys.exit("it goes on to install")
"""


@pytest.mark.parametrize("version", ["3.10", "3.11", "3.12", "3.13", "3.14", "4.11"])
def test_another_python_than_the_package_allows_is_refused(version: str, tmp_path: Path) -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    for name in ("Makefile", "pyproject.toml", "requirements.txt", "constraints/locked.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    stub = tmp_path / "python"
    stub.write_text(PYTHON.format(python=sys.executable, numbers=version.replace(".", ", "), version=version))
    stub.chmod(0o755)
    command = ["make", "install", f"PYTHON={stub}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    said = f"make: Python {version}.0 found, must be Python 3.11 to 3.13; try: make PYTHON=python3.12 ..."
    assert done.returncode == 2
    assert (said in done.stdout.splitlines()) == (version not in ALLOWED)
    assert ("it goes on to install" in done.stderr.splitlines()) == (version in ALLOWED)


# Every process of Python reads it at its start
OFFLINE = """
import sys
def refuse(event, arguments):
    if event == "socket.getaddrinfo" or (event == "socket.connect" and isinstance(arguments[1], tuple)):
        with open("{file}", "a") as file:
            print(event, arguments, file=file)
        raise OSError("there is no network")
sys.addaudithook(refuse)
"""


@pytest.mark.slow
def test_the_demo_downloads_nothing_and_writes_to_demo_alone(tmp_path: Path) -> None:
    """With tiny runs."""
    recipe = re.search(r"^demo: .*\n\t\$\(RUN\) (scripts/.*\n.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe is not None
    tiny = "overrides=['recipe.epochs=3','scale.train_share=0.2',"
    script, *options = shlex.split(recipe[1].replace("overrides=[", tiny).replace("\\\n", ""))
    assert tiny in options[-1]
    (tmp_path / "offline").mkdir()
    (tmp_path / "offline" / "sitecustomize.py").write_text(OFFLINE.format(file=tmp_path / "connections"))
    (tmp_path / "work").mkdir()
    command = [sys.executable, str(ROOT / script), *options, "device=cpu", "jobs=1"]
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path / 'offline'}{os.pathsep}{ROOT}"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path / "work", env=environment)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "connections").exists()
    written = [path.relative_to(tmp_path / "work") for path in (tmp_path / "work").rglob("*") if path.is_file()]
    assert {path.parts[0] for path in written} == {"demo"}
    assert {path.parts[1] for path in written} >= {"runs", "figures", "tables"}
    assert sum(path.suffix == ".jsonl" for path in written) == 4
