"""The options of the small commands: parameters of a function, given as OPTION=VALUE."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest

import sl
from sl.command_line import help_text, read_options, run_script
from sl.errors import UserError


def command(
    runs_dir: Path = Path("results/runs"),
    seeds: tuple[int, ...] | None = None,
    scale: Literal["cpu", "paper"] = "cpu",
    seconds: float = 1.5,
    rounds: int = 1,
    tables: bool = False,
) -> int:
    """Do something.

    runs_dir: folder of run records
    """
    print(runs_dir, seeds, scale, seconds, rounds, tables)
    return 3


def test_every_type_is_read() -> None:
    typed = ["runs_dir=a b=c", "seeds=[0,1]", "scale=paper", "seconds=1e-3", "rounds=-4", "tables=true"]
    assert read_options(command, typed) == {
        "runs_dir": Path("a b=c"),
        "seeds": (0, 1),
        "scale": "paper",
        "seconds": 0.001,
        "rounds": -4,
        "tables": True,
    }
    assert read_options(command, ["seeds=null"]) == {"seeds": None}
    assert read_options(command, ["seeds=[]"]) == {"seeds": ()}


def test_home_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere")
    assert read_options(command, ["runs_dir=~/runs"]) == {"runs_dir": Path("/somewhere/runs")}


@pytest.mark.parametrize(
    ("argument", "line"),
    [
        ("--runs", "--runs: must be OPTION=VALUE, with one of runs_dir, seeds, scale, seconds, rounds, tables"),
        ("scale=CPU", "scale=CPU: did you mean cpu? must be one of cpu, paper"),
        ("runs_dir=", "runs_dir=: must be a path"),
        ("seeds=0,x", "seeds=x: must be a whole number"),
        ("scale=half", "scale=half: must be one of cpu, paper"),
        ("seconds=nan", "seconds=nan: must be a number"),
        ("rounds=1.5", "rounds=1.5: must be a whole number"),
        ("tables=yes", "tables=yes: must be one of true, false"),
    ],
)
def test_a_mistake_is_named(argument: str, line: str) -> None:
    with pytest.raises(UserError) as error:
        read_options(command, [argument])
    assert str(error.value) == line


@pytest.mark.parametrize(
    ("argument", "hint"), [("run_dir=x", "did you mean runs_dir? "), ("ROUNDS=3", "did you mean rounds? "), ("x=3", "")]
)
def test_an_unknown_name_is_answered_with_a_close_one(argument: str, hint: str) -> None:
    with pytest.raises(UserError) as error:
        read_options(command, [argument])
    known = "runs_dir, seeds, scale, seconds, rounds, tables"
    assert str(error.value) == f"{argument}: there is no such option; {hint}must be one of {known}"


def with_required(model: Path, folder: Path, out: Path = Path("out.csv"), packages: tuple[str, ...] = ()) -> None:
    """Take two files by their place."""


def with_others(target: str, loss: str | None = None, **parameters: float) -> None:
    """Take any other name as a number."""


def test_what_is_required_may_come_without_its_name() -> None:
    expected = {"model": Path("a.json"), "folder": Path("new"), "out": Path("b.csv")}
    assert read_options(with_required, ["a.json", "out=b.csv", "new"]) == expected
    assert read_options(with_required, ["folder=new", "a.json", "out=b.csv"]) == expected
    assert read_options(with_required, ["runs/lr=0.1/a.json", "folder=new"])["model"] == Path("runs/lr=0.1/a.json")
    assert help_text(with_required).endswith("By default:\n  out=out.csv\n  packages=[]")
    assert " MODEL FOLDER [OPTION=VALUE ...]\n\nTake two files" in help_text(with_required)
    assert " TARGET [OPTION=VALUE ...]\n\nTake any" in help_text(with_others)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "model: is required"),
        (["a.json"], "folder: is required"),
        (["a.json", "new", "third"], "third: must be OPTION=VALUE, with one of model, folder, out, packages"),
        (["a.json", "--out"], "--out: must be OPTION=VALUE, with one of model, folder, out, packages"),
        (["a.json", ""], "folder=: must be a path"),
    ],
)
def test_a_missing_or_superfluous_word_is_named(arguments: list[str], line: str) -> None:
    with pytest.raises(UserError) as error:
        read_options(with_required, arguments)
    assert str(error.value) == line


def test_other_names_are_read_as_what_they_must_be() -> None:
    assert read_options(with_others, ["m:Loss", "alpha=0.1", "loss=sl"]) == {
        "target": "m:Loss",
        "alpha": 0.1,
        "loss": "sl",
    }
    with pytest.raises(UserError, match=r"^alpha=x: must be a number$"):
        read_options(with_others, ["m:Loss", "alpha=x"])


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["command.py", *arguments])
    with pytest.raises(SystemExit) as stop:
        run_script(command)
    return int(stop.value.code or 0)


def test_help_and_version_run_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "--help") == 0
    text = capsys.readouterr().out
    assert text.strip() == help_text(command)
    usage, text = text.split("\n\n", 1)
    assert usage == "Usage: command.py [OPTION=VALUE ...]"
    assert text.startswith("Do something.\n\nruns_dir: folder of run records\n\nBy default:\n  runs_dir=results/runs\n")
    assert "  seeds=null\n  scale=cpu\n  seconds=1.5\n  rounds=1\n  tables=false\n" in text
    assert run(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"sl {sl.__version__}\n"


def test_the_status_is_that_of_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "rounds=2") == 3
    assert capsys.readouterr().out == "results/runs None cpu 1.5 2 False\n"
    assert run(monkeypatch, "rounds=x") == 2
    assert capsys.readouterr().err == "sl: error: rounds=x: must be a whole number\n"


SLEEP = "print('begun', flush=True)\n    while True:\n        time.sleep(0.1)"
SCRIPT = f"from sl.command_line import run_script\ndef main():\n    {SLEEP}\nrun_script(main)"
LOADING = (
    f"from sl.commands import start\ndef load(name):\n    {SLEEP}\nstart.import_module = load\nstart.start('figures')"
)


@pytest.mark.parametrize("code", [SCRIPT, LOADING], ids=["at work", "while it is imported"])
def test_an_interrupt_is_one_line(code: str) -> None:
    heard = "import signal, time; signal.signal(signal.SIGINT, signal.default_int_handler)"  # not in the background
    command = [sys.executable, "-c", f"{heard}\n{code}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=60)
    assert (process.returncode, out, said) == (130, "", "sl: stopped\n")
