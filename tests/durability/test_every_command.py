"""Malformed command lines of every command: one line and exit code 2, never a traceback; nothing is trained."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
import synthetic
from fuzzing import NUMBERS, TEXT, WORDS, fuzz
from hypothesis import strategies as st
from in_process import SCRIPTS, as_before, run

from sl import commands
from sl.errors import UserError

RUN = (
    "dataset noise noise.rate loss loss.alpha model recipe recipe.epochs recipe.batch_size recipe.lr scale runtime"
    " scale.train_share runtime.device runtime.threads tracker tracker.mode seed holdout fold save probe.label"
    " probe.representations allow_targets data_dir runs_dir checkpoints_dir models_dir noise.path dataset.image_size"
)
FOLDERS = "runs_dir paper out readme strict"
# The options of every command, and what comes last on each of its command lines, so that it measures nothing.
COMMANDS = {
    "train": (RUN, ()),
    "search": (
        f"{RUN} search.trials search.seeds search.jobs search.ranges search.storage results_dir",
        ("holdout=0.2",),
    ),
    "audit": (f"{RUN} folds expected_precision sheet sample jobs out results_dir", ()),
    "reproduce": ("experiment scale seeds jobs device overrides data_dir runs_dir results_dir", ("plan_only=true",)),
    "choose": (FOLDERS, ()),
    "figures": (FOLDERS, ()),
    "tables": (FOLDERS, ()),
    "claims": (FOLDERS, ()),
    "report": (f"{FOLDERS} figures", ()),
    "sweep_table": ("runs_dir out strict", ()),
    "records": ("runs_dir seal", ()),
    "search_cost": ("results_dir page strict", ()),
    "open_points": ("runs_dir unchanged_dir changed_dir page scale seeds jobs strict", ("table_only=true",)),
    "parity": ("runs_dir out jobs strict", ("table_only=true",)),
    "bench": ("ablation cases rounds seconds out", ("tables=true",)),
    "bench_storage": ("out", ()),
    "audit_time": ("data_dir out options", ()),
    "predict": ("model folder out skip_unreadable allow_targets", ()),
    "export": ("model out allow_targets", ()),
    "audit_study": ("cells results page all_epochs threads", ("table_only=true",)),
    "conformance": ("target loss arrays alpha", ()),
    "track": ("tracker runs figures strict allow_targets tracker.csv.dir", ("runs=missing",)),
    "dashboard": ("project entity out", ("file=damaged.json",)),
}
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


def test_every_command_is_tried() -> None:
    assert {path.stem for path in SCRIPTS.glob("*.py")} | {*commands.COMMANDS} == {*COMMANDS}


@st.composite
def command_lines(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A command, and up to three options of it, or of others, with values that are mostly wrong."""
    command = draw(st.sampled_from([*COMMANDS]))
    options, last = COMMANDS[command]
    names = st.sampled_from([*options.split(), "no_such_option", "--flag"])
    arguments = draw(st.lists(st.tuples(names, VALUES).map("=".join) | PATHS, min_size=1, max_size=3))
    return command, [*arguments, *last]


@fuzz(few=40, many=500, line=command_lines())
def test_a_command_line(folder: Path, line: tuple[str, list[str]]) -> None:
    """Code 0 where all of it means something; 2 for a mistake and 1 for what it found, both with words."""
    command, arguments = line
    code, said = run(command, *arguments)
    assert code in (0, 1, 2)
    assert "Traceback" not in said
    assert code == 0 or said.strip()
    assert code != 2 or "error: " in said.splitlines()[-1]
