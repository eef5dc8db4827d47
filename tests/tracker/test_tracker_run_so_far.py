"""Names and worst classes of runs, against values worked out by hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf

from sl.config.build import build
from sl.tracker import NoTracker
from sl.tracker.run_so_far import run_so_far, short_name, worst_class

Make = Callable[..., dict]
CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.mark.parametrize(
    ("choice", "noise", "name"),
    [
        ("none", {}, "insects-clean-sl-s0"),
        ("symmetric", {"rate": 0.0}, "insects-clean-sl-s0"),
        ("symmetric", {"rate": 0.4, "exact": True}, "insects-sym0.4-sl-s0"),
        ("symmetric", {"rate": 0.4, "exact": False}, "insects-sym0.4-drawn-per-example-sl-s0"),
        ("asymmetric", {"rate": 0.35, "variant": "cyclic"}, "insects-asym0.35-cyclic-sl-s0"),
        ("human", {"name": "worst"}, "insects-human-worst-sl-s0"),
        ("matrix", {"path": "pairs.npy", "file": "0123456789abcdef"}, "insects-matrix-01234567-sl-s0"),
    ],
)
def test_short_names(header: Make, choice: str, noise: dict[str, Any], name: str) -> None:
    config = header().config
    changed = {**config, "noise": noise, "names": {**config["names"], "noise": choice}}
    assert short_name(run_so_far(header(config=changed), [])) == name


@pytest.mark.parametrize(
    ("accuracy", "worst"),
    [([0.3, 0.2, 0.9], ("bee", 0.2)), ([0.2, 0.2, 0.9], ("ant", 0.2)), ([0.3, None, 0.9], ("ant", 0.3))],
)
def test_worst_class_is_the_first_with_the_lowest_accuracy(
    header: Make, line: Make, accuracy: list[float | None], worst: tuple[str, float]
) -> None:
    lines = [line(1), line(2, class_accuracy=accuracy)]
    assert worst_class(run_so_far(header(), lines)) == worst


def test_no_tracker_is_a_choice_and_says_nothing(
    header: Make, tell_run: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    tracker = build(OmegaConf.load(CONFIGS / "tracker/none.yaml"), "tracker")
    assert isinstance(tracker, NoTracker)
    tell_run([tracker], header())
    assert capsys.readouterr().out == ""
