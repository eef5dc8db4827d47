"""Parameters of the W&B tracker: refused where W&B refuses them."""

import subprocess
import sys
from pathlib import Path

import pytest
import wandb

from sl.config.build import build
from sl.config.files import read_yaml
from sl.errors import UserError
from sl.tracker import WandbTracker

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"project": "a/b"}, "project=a/b: must be a name of 1 to 128 characters"),
        ({"project": ""}, "project=: must be a name"),
        ({"project": 3}, "project=3: must be a name"),
        ({"entity": 3}, "entity=3: must be a name or null"),
        ({"group": " "}, "group= : must be a name or null"),
        ({"mode": "ofline"}, r"mode=ofline: did you mean offline\? must be one of auto, online, offline, disabled"),
        ({"tags": "one"}, "tags=one: must be a list of names"),
        ({"tags": [1]}, r"tags=\[1\]: must be a list of names"),
        ({"tags": 1}, "tags=1: must be a list of names"),
        ({"tags": ["x" * 65]}, "of 1 to 64 characters"),
        ({"dir": __file__}, "dir=.*: must be a folder"),
        ({"dir": None}, "dir=None: must be a folder"),
    ],
)
def test_wrong_parameters_are_named(parameters: dict, said: str) -> None:
    with pytest.raises(UserError, match=said):
        WandbTracker(**{"project": "project", **parameters})


@pytest.mark.parametrize("name", ["x" * 128, "with space", "ünïcode"])
def test_project_names_that_are_taken_are_taken_by_wandb_too(name: str) -> None:
    assert WandbTracker(name).place["project"] == wandb.Settings(project=name).project


@pytest.mark.parametrize("name", ["a/b", "a%b", "a?b", "a#b", "a:b", "a\\b", "x" * 129])
def test_project_names_that_are_refused_are_refused_by_wandb_too(name: str) -> None:
    with pytest.raises(UserError):
        WandbTracker(name)
    with pytest.raises(wandb.errors.UsageError):
        wandb.Settings(project=name)


def test_the_configuration_builds_and_wandb_is_not_imported() -> None:
    tracker = build(read_yaml(CONFIGS / "tracker/wandb.yaml")["wandb"], "tracker.wandb")
    place = {"project": "sl-noisy-labels", "entity": None, "group": None, "dir": "."}
    assert (tracker.place, tracker.mode, tracker.tags) == (place, "auto", [])
    script = "import sys; from sl.tracker import WandbTracker; WandbTracker('p'); sys.exit('wandb' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)
