"""Malformed command lines, values and files: each is refused in one line, or means what an independent rule says."""

import json
import math
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fuzzing import NUMBERS, TEXT, WORDS, attempt, corrupt, fuzz
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from hypothesis import strategies as st

from sl.config.compose import compose_run
from sl.config.overrides import override
from sl.data.labels_file import read_labels
from sl.noise.matrix_file import read_matrix
from sl.record.representation import read_representation
from sl.search.outcome import read_outcome
from sl.tables.published import Literature, load

FLOAT32_MAX = float(np.finfo(np.float32).max)
PAPER = Path(__file__).parents[2] / "results/paper"


def is_whole(value: Any, low: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value < 2**63


def is_number(value: Any, low: float, high: float, opened: str = "") -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= FLOAT32_MAX:
        return False
    return low <= value <= high and value not in {"(": (low,), ")": (high,), "()": (low, high)}.get(opened, ())


# Which values an option takes, said in other words than the code's own.
RULES: dict[str, Callable[[Any], bool]] = {
    "seed": lambda value: is_whole(value, 0),
    "recipe.epochs": lambda value: is_whole(value, 1),
    "recipe.batch_size": lambda value: is_whole(value, 2),
    "recipe.lr": lambda value: is_number(value, 0, math.inf, "("),
    "recipe.momentum": lambda value: is_number(value, 0, 1, ")"),
    "scale.train_share": lambda value: is_number(value, 0, 1, "("),
    "holdout": lambda value: value is None or is_number(value, 0, 1, "()"),
    "loss.alpha": lambda value: is_number(value, 0, math.inf),
    "noise.rate": lambda value: is_number(value, 0, 1),
    "noise.exact": lambda value: isinstance(value, bool),
    "recipe.flip": lambda value: isinstance(value, bool),
    "probe.representations": lambda value: is_whole(value, 0),
}
NAMES = st.sampled_from(
    [
        *RULES,
        "loss",
        "scale",
        "runtime",
        "noise",
        "dataset",
        "model",
        "recipe",
        "probe",
        "hydra",
        "data_dir",
        "x.y",
    ]
)
pytestmark = pytest.mark.usefixtures("hydra")


@fuzz(option=st.sampled_from([*RULES]), text=NUMBERS.map(str) | WORDS)
def test_a_value_is_taken_if_its_rule_takes_it(folder: Path, option: str, text: str) -> None:
    """An option takes a value if and only if its rule does."""
    config, _ = attempt(lambda: compose_run(["noise=symmetric", f"{option}={text}"]))
    try:
        value: Any = OverridesParser.create().parse_override(f"{option}={text}").value()
    except HydraException:  # no value at all
        value = object()
    if text == "${seed}":  # an interpolation means what it points at
        value = object() if option == "seed" else 0
    if option == "recipe.flip" and isinstance(value, int):  # OmegaConf takes every whole number for false or true
        value = bool(value)
    assert (config is not None) == RULES[option](value)


@fuzz(
    pairs=st.lists(st.tuples(NAMES, TEXT | WORDS), min_size=1, max_size=3),
    sign=st.sampled_from(["", "+", "~", "++", "-"]),
)
def test_a_command_line_composes_or_is_refused(folder: Path, pairs: list[tuple[str, str]], sign: str) -> None:
    """Whatever is typed either composes or is refused by a UserError."""
    config, refusal = attempt(lambda: compose_run([f"{sign}{name}={value}" for name, value in pairs]))
    assert config is not None or refusal


@fuzz(text=TEXT, part=st.sampled_from(["", "/", "~nobody/", "${x}", "\\", "'", "a b/(c)", "=", ",", "#", " "]))
def test_a_path_arrives_as_it_is(folder: Path, text: str, part: str) -> None:
    """A path that a program puts into an override arrives as it is."""
    path = f"/{part}{text}{part}"
    assert compose_run([override("runs_dir", path)]).runs_dir == path


@fuzz(
    content=st.binary(max_size=60) | TEXT.map(str.encode), suffix=st.sampled_from([".csv", ".txt", ".npy", ".CSV", ""])
)
def test_a_matrix_file(folder: Path, content: bytes, suffix: str) -> None:
    """A file is a row-stochastic matrix or it is refused."""
    file = folder / f"matrix{suffix}"
    file.write_bytes(content)
    found, refusal = attempt(lambda: read_matrix(file, "noise.path"))
    assert refusal or (abs(found.matrix.sum(1) - 1).max() < 1e-3 and found.matrix.min() >= 0)


@fuzz(seed=st.integers(0, 2**32), how=st.sampled_from(["cut", "flip", "drop"]))
def test_a_file_of_published_figures(folder: Path, seed: int, how: str) -> None:
    """A damaged file of published figures is refused, or is still one."""
    draw = np.random.default_rng(seed)
    sources = sorted(PAPER.glob("*.yaml"))
    content = bytearray(sources[draw.integers(len(sources))].read_bytes())
    place = int(draw.integers(len(content)))
    if how == "cut":
        del content[place:]
    elif how == "flip":
        content[place] ^= 1 << int(draw.integers(8))
    else:
        del content[place : place + int(draw.integers(1, 40))]
    (folder / "paper.yaml").write_bytes(content)
    found, refusal = attempt(partial(load, folder))
    assert "paper.yaml" in refusal or isinstance(found, Literature)


LABELS = b"path,label,split\nants/1.png,ant,train\nants/2.png,ant,test\nbees/1.png,bee,train\n"


@fuzz(seed=st.integers(0, 2**32), junk=st.binary(max_size=4))
def test_a_file_of_labels(folder: Path, seed: int, junk: bytes) -> None:
    """A damaged labels.csv is refused with its name, or every line of it is one picture with a label."""
    damaged = corrupt(LABELS, random.Random(seed)) + junk
    (folder / "labels.csv").write_bytes(damaged)
    found, refusal = attempt(lambda: read_labels(folder / "labels.csv", folder))
    if found is None:
        assert "labels.csv" in refusal
    else:
        pictures = [picture for part in found.values() for picture in part]
        assert all(picture.label and picture.name for picture in pictures)
        assert len({picture.name for picture in pictures}) == len(pictures)


OUTCOME = {"study": "s", "seeds": [0], "best": {"parameters": {"loss.q": 1}}, "trials": [{"runs": ["a"]}]}


@fuzz(place=st.integers(0, 300), junk=st.binary(max_size=3))
def test_an_outcome_of_a_search(folder: Path, place: int, junk: bytes) -> None:
    """A damaged outcome is refused, or has all that the pages read."""
    content = json.dumps(OUTCOME).encode()
    (folder / "search.json").write_bytes(content[: place % len(content)] + junk + content[place % len(content) + 1 :])
    found, refusal = attempt(lambda: read_outcome(folder / "search.json"))
    assert "search.json" in refusal or (found["trials"][0]["runs"] and found["best"]["parameters"] is not None)


@fuzz(place=st.integers(0, 10**6), change=st.integers(1, 255))
def test_kept_representations(folder: Path, place: int, change: int) -> None:
    """A damaged .npz is refused, or holds as many labels as representations."""
    file = folder / "run.npz"
    np.savez_compressed(file, representation=np.ones((30, 4), np.float16), labels=np.arange(30))
    content = bytearray(file.read_bytes())
    content[place % len(content)] ^= change
    file.write_bytes(content)
    run: Any = type("Run", (), {"path": folder / "run.jsonl"})
    found, refusal = attempt(lambda: read_representation(run))
    assert "run.npz" in refusal or len(found[0]) == len(found[1]) == 30
