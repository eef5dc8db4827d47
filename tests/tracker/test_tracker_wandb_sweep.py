"""The W&B sweep's commands are ones that the training command takes."""

import re

import pytest
import yaml
from told_run import make_header, make_line
from wandb.cli.cli import cli as wandb_commands
from wandb.sdk.launch.sweeps.utils import create_sweep_command, create_sweep_command_args

from sl.config.compose import compose_run
from sl.paths import CONFIG_DIR
from sl.tracker import values

FILE = CONFIG_DIR / "wandb/sweep_alpha_beta.yaml"


@pytest.fixture(scope="module")
def sweep() -> dict:
    return yaml.safe_load(FILE.read_text())


@pytest.mark.parametrize("limit", ["min", "max"])
def test_a_command_of_the_sweep_composes(sweep: dict, limit: str) -> None:
    given = {"args": {name: {"value": limits[limit]} for name, limits in sweep["parameters"].items()}}
    command = create_sweep_command(sweep["command"])
    macros = {
        "${program}": [sweep["program"]],
        "${args_no_hyphens}": create_sweep_command_args(given)["args_no_hyphens"],
    }
    words = [word for part in command for word in macros.get(part, [part])]
    assert words[:3] == ["${env}", "sl", "train"]  # the installed command, from any folder
    config = compose_run(words[3:])
    values = {name: value[limit] for name, value in sweep["parameters"].items()}
    assert (config.loss["alpha"], config.loss["beta"]) == (values["loss.alpha"], values["loss.beta"])
    assert config.tracker["wandb"]["mode"] == "online"
    assert (config.noise["rate"], config.holdout) == (0.4, 0.1)


def test_the_commands_in_its_head_are_ones_that_exist() -> None:
    (line,) = re.findall(r"`sl train (.*)`", FILE.read_text())
    options = [word.split("=") for word in line.split() if word != "-m"]
    assert all(compose_run([f"{name}={value}"]) for name, values in options for value in values.split(","))
    named = re.findall(r"# +wandb (\w+)", FILE.read_text())
    assert named == ["sweep", "agent"]
    assert set(named) <= set(wandb_commands.commands)


def test_the_sweep_looks_at_a_value_that_is_there(sweep: dict) -> None:
    held_out = make_header(config={**make_header().config.plain(), "holdout": 0.1})
    lines = [make_line(1, validation_accuracy=0.4)]
    assert values.summary(held_out, lines)[sweep["metric"]["name"]] == 0.4
    assert sweep["metric"]["name"] not in values.summary(make_header(), [make_line(1)])
