"""A user's own files in configs/ and classes: what is wrong with them is one line, unless it is a bug."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sl.losses

Command = Callable[..., Any]  # returns an Outcome (conftest.py)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("_target_: sl.losses.CrossEntropy\n x: [1", "{file}, line 2: must be YAML: "),
        ("\tgamma: 1", "{file}, line 1: must be YAML: "),
        ("gamma: 1\ngamma: 2", "{file}, line 2: must be YAML: found duplicate key gamma"),
        ("", "loss=own: has no _target_, a class; must be one of "),
        ("- a", "loss=own: has no _target_, a class"),
        ("gamma: 1", "loss=own: has no _target_, a class"),
        ("_target_: sl.losses.FocalLoss\ngamma: -1", "loss.gamma=-1: must be a number in [0, inf)"),
        ("_target_: sl.losses.FocalLoss\ngama: 1", "loss.gama=1: there is no such option; did you mean gamma?"),
        ("_target_: sl.losses.FocalLoss", "loss.gamma: is required"),
        ("_target_: sl.losses.FocalLoss\ngamma: ${nope}", "loss.gamma: ${{nope}} names no option"),
        ("_target_: sl.losses.FocalLoss\ngamma: ${nope", "gamma: must be text, ${{OPTION}} or ${{oc.env:"),
        ("_target_: builtins.exec", "loss._target_=builtins.exec: must be a class of sl.losses"),
        ("defaults:\n  - nothing\n_target_: sl.losses.MeanAbsoluteError", "loss=nothing: must be one of "),
    ],
)
def test_a_wrong_file_is_one_line(content: str, line: str, train: Command, tmp_path: Path) -> None:
    file = tmp_path / "own/loss/own.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(content)
    assert train("--config-dir=own", "loss=own").mistake.startswith(line.format(file=file))


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("epochs: 3", "recipe.model: is required"),
        ("epochs: three", "recipe/own.yaml: recipe.epochs=three: must be a whole number"),
        ("epohcs: 3", "recipe/own.yaml: recipe.epohcs: there is no such option; did you mean epochs?"),
    ],
)
def test_a_wrong_recipe_is_one_line(content: str, line: str, train: Command, tmp_path: Path) -> None:
    (tmp_path / "own/recipe").mkdir(parents=True)
    (tmp_path / "own/recipe/own.yaml").write_text(content)
    assert train("--config-dir=own", "recipe=own").mistake.startswith(line)


class Refusing(sl.losses.CrossEntropy):
    """A loss whose constructor raises what it is told to."""

    def __init__(self, error: str, p_min: float = 0) -> None:
        super().__init__()
        raise {"value": ValueError("no such\nvalue"), "type": TypeError("no such type"), "bug": KeyError("a bug")}[
            error
        ]


OWN = ("loss=ce", f"loss._target_={__name__}.Refusing", f"allow_targets=[{__name__}]")


@pytest.mark.parametrize("error", ["value", "type"])
def test_a_constructor_may_refuse_in_its_own_words(error: str, train: Command) -> None:
    assert train(*OWN, f"+loss.error={error}").mistake == f"loss=ce: Refusing refuses its values: no such {error}"


def test_what_else_a_constructor_raises_is_a_bug(train: Command) -> None:
    outcome = train(*OWN, "+loss.error=bug")
    assert outcome.code == 1
    assert "KeyError: 'a bug'" in outcome.err
