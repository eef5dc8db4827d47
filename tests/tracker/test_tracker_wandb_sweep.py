"""The W&B sweep's commands are ones that the training command takes."""

from pathlib import Path

import pytest
import yaml
from conftest import make_header, make_line
from hydra import compose, initialize_config_dir
from wandb.sdk.launch.sweeps.utils import create_sweep_command, create_sweep_command_args

from sl.config.schema import register
from sl.tracker import values

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.fixture(scope="module")
def sweep() -> dict:
    return yaml.safe_load((CONFIGS / "wandb/sweep_alpha_beta.yaml").read_text())


def test_a_command_of_the_sweep_composes(sweep: dict) -> None:
    given = {"args": {name: {"value": limits["max"]} for name, limits in sweep["parameters"].items()}}
    command = create_sweep_command(sweep["command"])
    macros = {
        "${program}": [sweep["program"]],
        "${args_no_hyphens}": create_sweep_command_args(given)["args_no_hyphens"],
    }
    words = [word for part in command for word in macros.get(part, [part])]
    program = words.index("scripts/train.py")
    register()
    with initialize_config_dir(str(CONFIGS), version_base="1.3"):
        config = compose("config", overrides=words[program + 1 :])
    assert (config.loss.alpha, config.loss.beta, config.tracker.wandb.mode) == (10.0, 10.0, "online")
    assert (config.noise.rate, config.holdout) == (0.4, 0.1)


def test_the_sweep_looks_at_a_value_that_is_there(sweep: dict) -> None:
    held_out = make_header(config={**make_header().config, "holdout": 0.1})
    lines = [make_line(1, validation_accuracy=0.4)]
    assert values.summary(held_out, lines)[sweep["metric"]["name"]] == 0.4
    assert sweep["metric"]["name"] not in values.summary(make_header(), [make_line(1)])
