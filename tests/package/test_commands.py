"""The console command `sl`: what it offers, and one line for what is missing."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

import sl
from sl.commands import COMMANDS
from sl.commands.start import main

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def run(arguments: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sl", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, env={"PYTHONPATH": str(ROOT)}
    )


def test_the_console_command_is_this_one() -> None:
    assert PROJECT["scripts"] == {"sl": f"{main.__module__}:{main.__name__}"}


def test_help_lists_every_command(tmp_path: Path) -> None:
    done = run(["--help"], tmp_path)
    assert done.returncode == 0
    listed = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("  sl ") and "--" not in line[:8]]
    modules = {path.stem for path in (ROOT / "sl" / "commands").glob("*.py")} - {"__init__", "start"}
    assert set(COMMANDS) == modules
    assert listed[: len(COMMANDS)] == list(COMMANDS)
    assert run([], tmp_path).stdout == done.stdout


def test_help_begins_with_readmes_command_for_doubtful_labels(tmp_path: Path) -> None:
    second = run(["--help"], tmp_path).stdout.splitlines()[1]
    words, _, command = second.partition(": ")
    assert words == "Doubtful labels? Begin with"
    assert f"\n{command} " in (ROOT / "README.md").read_text(encoding="utf-8")


def test_version_and_wrong_command(tmp_path: Path) -> None:
    assert run(["--version"], tmp_path).stdout == f"sl {sl.__version__}\n"
    for word, hint in (("audti", "did you mean audit? "), ("xyz", "")):
        done = run([word], tmp_path)
        assert done.returncode == 2
        rule = f"there is no such command; {hint}must be one of {', '.join(COMMANDS)}"
        assert done.stderr == f"sl: error: sl {word}: {rule}\n"


@pytest.mark.parametrize("arguments", [["--help"], ["tables", "--help"], ["train", "--help"]])
def test_a_reader_that_leaves_ends_the_command_without_a_word(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "sl", *arguments]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False, cwd=ROOT)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_this_version(
    name: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["sl", name, "--version"])
    monkeypatch.setenv("HYDRA_FULL_ERROR", "0")
    with suppress(SystemExit):
        main()
    assert capfd.readouterr().out == f"sl {sl.__version__}\n"


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"train", "reproduce", "search", "audit", "track"}))
def test_every_small_command_has_help(
    name: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """In this process: imports are most of the time that it takes. The help of Hydra's has tests of its own."""
    monkeypatch.setattr(sys, "argv", ["sl", name, "--help"])
    with suppress(SystemExit):
        main()
    assert len(capfd.readouterr().out.splitlines()) >= 4


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"conformance"}))  # it tests losses of other projects
def test_every_command_has_a_thin_script(name: str) -> None:
    script = (ROOT / "scripts" / f"{name}.py").read_text()
    assert f'start("{name}")' in script
    assert len(script.splitlines()) < 8


def test_a_command_runs_in_an_empty_folder(tmp_path: Path) -> None:
    done = run(["train", "--cfg", "job", "dataset=digits", "loss=gce"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert "q: 0.7" in done.stdout
    assert not [*tmp_path.iterdir()]
