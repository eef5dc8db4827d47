"""Trackers are chosen on the command line: none, one, or several at once."""

from typing import Any

import pytest

from sl.config.build import build_trackers
from sl.config.compose import compose_run
from sl.errors import UserError
from sl.extras import install
from sl.tracker import CsvTracker, TensorBoardTracker, WandbTracker, base


def chosen(*overrides: str) -> dict[str, Any]:
    config = compose_run(overrides)
    return build_trackers(config.tracker, config.allow_targets)


def test_several_trackers_at_once() -> None:
    assert chosen() == {}
    assert {name: type(tracker) for name, tracker in chosen("tracker=csv").items()} == {"csv": CsvTracker}
    both = chosen("tracker=[wandb,csv]", "tracker.wandb.project=mine", "tracker.csv.dir=elsewhere")
    wandb, csv = both["wandb"], both["csv"]
    assert isinstance(wandb, WandbTracker)
    assert wandb.place["project"] == "mine"
    assert str(csv.dir) == "elsewhere"
    assert [type(one) for one in chosen("tracker=[tensorboard,wandb]").values()] == [TensorBoardTracker, WandbTracker]


def test_a_missing_package_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "find_spec", lambda name: None)
    with pytest.raises(UserError) as raised:
        chosen("tracker=tensorboard")
    assert install(["tensorboard"]) in str(raised.value)
