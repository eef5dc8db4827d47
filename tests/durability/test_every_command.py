"""Malformed command lines of every command: one line and exit code 2, never a traceback; nothing is trained."""

import runpy
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any, NoReturn

import pytest
import synthetic
from fuzzing import NUMBERS, TEXT, WORDS, fuzz
from hydra import compose
from hypothesis import strategies as st
from in_process import SCRIPTS, as_before, run
from omegaconf import OmegaConf

from sl import commands
from sl.config.compose import hydra_ready
from sl.errors import UserError

RUN = (
    "dataset noise noise.rate loss loss.alpha model recipe recipe.epochs recipe.batch_size recipe.lr scale runtime"
    " scale.train_share runtime.device runtime.threads tracker tracker.wandb.mode seed holdout fold save probe.label"
    " probe.representations allow_targets data_dir runs_dir checkpoints_dir models_dir noise.path dataset.image_size"
)
# The options of what Hydra composes; those of every other command are the parameters of its `main`.
COMPOSED = {
    "train": RUN,
    "search": f"{RUN} search.trials search.seeds search.jobs search.ranges search.storage results_dir",
    "audit": f"{RUN} folds expected_precision sheet sample jobs out results_dir",
    "reproduce": "experiment scale seeds jobs device overrides data_dir runs_dir results_dir",
    "track": "tracker runs figures strict allow_targets tracker.csv.dir",
}
# What comes last on a command line, so that it measures nothing.
LAST = {
    "search": "holdout=0.2",
    "reproduce": "plan_only=true",
    "open_points": "table_only=true",
    "parity": "table_only=true",
    "bench": "tables=true",
    "audit_study": "table_only=true",
    "track": "runs=missing",
    "dashboard": "file=damaged.json",
}
COMMANDS = sorted({path.stem for path in SCRIPTS.glob("*.py")} | {*commands.COMMANDS})
PATHS = st.sampled_from(
    [
        "",
        ".",
        "missing/folder",
        "a_file",
        "damaged.npy",
        "damaged.json",
        "x" * 300,
        "a/" * 150,
        "caf\udce9",
        "a b(c)=,'\"",
    ]
)
VALUES = NUMBERS.map(str) | WORDS | PATHS | TEXT.filter(lambda text: not {*text} & {*"/~"})


@pytest.fixture(autouse=True)
def harmless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In a folder with a few damaged files; whoever would train, search or measure stops there."""

    def stop(*arguments: Any, **options: Any) -> NoReturn:
        raise UserError("this would be trained")

    monkeypatch.chdir(tmp_path)
    synthetic.record(Path("runs"), epochs=2, classes=3)
    for name in ("a_file", "damaged.npy", "damaged.json"):
        Path(name).write_bytes(b'{"a": \xff')
    for place in ("train.run.Training", "train.engine.Engine", "search.command._search", "audit.command.predict_all"):
        monkeypatch.setattr(f"sl.{place}", stop)
    monkeypatch.setattr("sl.reproduce.command.estimate", lambda plan: {})
    with as_before():
        yield


@cache
def options(command: str) -> list[str]:
    if command in COMPOSED:
        return COMPOSED[command].split()
    if command in commands.COMMANDS:
        return [*signature(import_module(f"sl.commands.{command}").main).parameters]
    return [*signature(runpy.run_path(str(SCRIPTS / f"{command}.py"))["main"]).parameters]


RUNS = ("dataset=folder noise=matrix loss=sl tracker=wandb", "noise=symmetric loss=sl")
CHOICES = {"search": RUNS, "audit": RUNS, "reproduce": ("experiment=fig1",), "track": ("tracker=csv",)}


@pytest.mark.parametrize("command", CHOICES)
def test_every_composed_option_exists(command: str) -> None:
    with hydra_ready():
        composed = [compose(command, chosen.split()) for chosen in CHOICES[command]]
    for option in options(command):
        assert any(OmegaConf.select(node, option, default="no option") != "no option" for node in composed), option


@st.composite
def command_lines(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A command, and up to three options of it, or of others, with values that are mostly wrong."""
    command = draw(st.sampled_from([*COMMANDS]))
    names = st.sampled_from([*options(command), "no_such_option", "--flag"])
    arguments = draw(st.lists(st.tuples(names, VALUES).map("=".join) | PATHS, min_size=1, max_size=3))
    return command, [*arguments, *LAST.get(command, "").split()]


@fuzz(few=40, many=500, line=command_lines())
def test_a_command_line(folder: Path, line: tuple[str, list[str]]) -> None:
    """Code 0 where all of it means something; 2 for a mistake and 1 for what it found, both with words."""
    command, arguments = line
    code, said = run(command, *arguments)
    assert code in (0, 1, 2)
    assert "Traceback" not in said
    assert code == 0 or said.strip()
    assert code != 2 or "error: " in said.splitlines()[-1]
